import type { ConnectorDefinition, Constraints, ParameterRow } from '@sluice/connector-schema'
import type { CompiledConnector } from '../compile-connector.ts'

/** A definition in which equal meaning is equal text: order and defaults that are written out do not matter. */
export function canonicalDefinition({
  definition,
  dependencies,
}: CompiledConnector): Readonly<Record<keyof ConnectorDefinition, unknown>> {
  const { authentication, rate_limit: rateLimit } = definition
  return {
    ...definition,
    response_schema: definition.response_schema,
    headers: definition.headers
      .map((row) => ({ ...canonicalRow(row), key: row.key.toLowerCase() }))
      .toSorted(byKey),
    // A stable sort: the values of a repeated key keep their order.
    query_parameters: definition.query_parameters.map(canonicalRow).toSorted(byKey),
    path_parameters: definition.path_parameters.toSorted(byKey),
    authentication: {
      type: authentication.type === 'apikey' ? 'api_key' : authentication.type,
      config: authentication.config ?? {},
    },
    // A role, and a template that reads the user, ask for a session whatever `access` says.
    access: definition.roles.length > 0 || dependencies.user ? 'authenticated' : definition.access,
    roles: asSet(definition.roles),
    cache: canonicalCache(definition),
    rate_limit: [rateLimit ?? []].flat(),
    redirect_hosts: asSet(definition.redirect_hosts.map((host) => host.toLowerCase())),
  }
}

function canonicalRow(row: ParameterRow): ParameterRow {
  const { constraints } = row
  if (!row.overridable || constraints === undefined) return { ...row, constraints: undefined }
  return { ...row, constraints: canonicalConstraints(constraints) }
}

function canonicalConstraints({ type, roles, multiple, ...rest }: Constraints): Constraints {
  return {
    ...rest,
    ...(multiple === true && { multiple }),
    ...(type !== undefined && type !== 'string' && { type }),
    ...(roles !== undefined && roles.length > 0 && { roles: [...asSet(roles)] }),
    ...(rest.enum !== undefined && { enum: [...new Set(rest.enum)].sort() }),
  }
}

/** Nothing is stored for a method that is not safe, whatever `cache` says of it. */
function canonicalCache({ method, cache }: ConnectorDefinition): unknown {
  const invalidates = asSet(cache.invalidates)
  const isStored = cache.enabled && (method === 'GET' || method === 'HEAD')
  return isStored ? { ...cache, invalidates } : { invalidates }
}

function asSet(items: readonly string[]): readonly string[] {
  return [...new Set(items)].sort()
}

function byKey(one: { readonly key: string }, other: { readonly key: string }): number {
  return one.key < other.key ? -1 : one.key > other.key ? 1 : 0
}
