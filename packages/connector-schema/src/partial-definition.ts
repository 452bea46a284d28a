import type { ConnectorDefinition, ParameterRow, PathParameter } from './definition.ts'

/** What is well formed of a definition; rows keep their index, malformed ones are holes. */
export type PartialDefinition = Partial<
  Omit<ConnectorDefinition, 'headers' | 'query_parameters' | 'path_parameters'>
> & {
  readonly headers: readonly (ParameterRow | undefined)[]
  readonly query_parameters: readonly (ParameterRow | undefined)[]
  readonly path_parameters: readonly (PathParameter | undefined)[]
}
