/** Where the value of every field came from. */
import type { Uses } from '@sluice/templates'
import type { CompiledConnector } from '../compile/compile-connector.ts'
import type { Merged } from '../steps/exchange.ts'

/** One field and what its value is made of, e.g. `session user.id`, `secret api_key`, `override`. */
export interface FieldOrigin {
  /** As in the definition, e.g. `headers[2].value`. */
  readonly field: string
  readonly key?: string
  readonly from: readonly string[]
}

/** The origins of a connector's fields, with what the call overrode. */
export function originsOf(connector: CompiledConnector, merged: Merged | undefined): readonly FieldOrigin[] {
  const { url, authentication, requestBody, responseBody, definition } = connector
  return [
    { field: 'url', from: sources([url.uses]) },
    ...rowOrigins(connector, merged),
    ...definition.path_parameters.map(({ key, value }, index) => {
      const isDefault = value !== undefined && merged?.pathParams[key] === value
      return { field: `path_parameters[${index}]`, key, from: [isDefault ? 'definition' : 'override'] }
    }),
    ...(definition.authentication.type === 'none'
      ? []
      : [{ field: 'authentication', from: sources(authentication.uses) }]),
    ...(requestBody === undefined ? [] : [{ field: 'request_body', from: sources([requestBody.uses]) }]),
    ...(responseBody === undefined ? [] : [{ field: 'response_body', from: sources([responseBody.uses]) }]),
  ]
}

/** After stage 1 every row says whether it is overridden; rows that a call added have no field of their own. */
function rowOrigins(connector: CompiledConnector, merged: Merged | undefined): readonly FieldOrigin[] {
  if (merged === undefined) {
    return [...connector.headers, ...connector.query].map(({ field, key, template }) => ({
      field,
      key,
      from: sources([template.uses]),
    }))
  }
  return [...merged.headers, ...merged.query].map(({ field, key, value }) => ({
    field,
    key,
    from: value.from === 'override' ? ['override'] : sources([value.template.uses]),
  }))
}

function sources(uses: readonly Uses[]): readonly string[] {
  const found = uses.flatMap((one) => [
    ...[...one.secrets].map((name) => `secret ${name}`),
    ...[...one.variables.keys()].map((name) => `variable ${name}`),
    ...[...one.session].map((name) => `session ${name}`),
    ...[...one.pathParams].map((name) => `path parameter ${name}`),
    ...(one.body ? ['payload'] : []),
    ...(one.response ? ['response'] : []),
    ...(one.time ? ['time'] : []),
  ])
  return found.length === 0 ? ['definition'] : [...new Set(found)]
}
