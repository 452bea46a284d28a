import { nearQueryKeys } from '@sluice/connector-schema'
import { compileConstraints, type OverridableRow, type OverrideRules } from '@sluice/pipeline/overrides'
import type { ManifestConnector } from './types.ts'

/** What of a path parameter is asked. */
export type PathFormats = Readonly<Record<string, 'segment' | 'text' | 'path'>>

/** What a manifest tells of a connector, in the form in which the proxy's own stage asks for it. */
export function overrideRulesOf(connector: ManifestConnector, formats: PathFormats = {}): OverrideRules {
  const { query, headers, path, constraints, unlisted_parameters } = connector
  // Any valid default will do: no mock sees it.
  const pathRow = (key: string, value: string | undefined) =>
    [key, { value, overridable: true, format: formats[key] ?? 'segment' }] as const
  return {
    definition: { unlisted_parameters },
    query: query.map((key) => row(key, constraints.query)),
    headers: headers.map((key) => row(key, constraints.headers)),
    reservedQueryKeys: new Set(query.flatMap(nearQueryKeys)),
    pathParameters: new Map([
      ...path.required.map((key) => pathRow(key, undefined)),
      ...path.optional.map((key) => pathRow(key, 'default')),
    ]),
  }
}

type Constraints = ManifestConnector['constraints']['query']

function row(key: string, constraints: Constraints): OverridableRow {
  const own = constraints !== undefined && Object.hasOwn(constraints, key) ? constraints[key] : undefined
  return { key, overridable: true, check: own && compileConstraints(own) }
}
