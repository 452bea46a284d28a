import { type ConnectorDefinition, foldQueryKey, nearQueryKeys } from '@sluice/connector-schema'
import type { CompiledUrl } from '@sluice/templates'
import type { DefinitionReport } from './definition-report.ts'

/** Keys of the URL's own query string may stand in no row and be no credential's key. */
export function checkReservedKeys(
  definition: ConnectorDefinition,
  url: CompiledUrl | undefined,
  report: DefinitionReport,
): void {
  if (url === undefined) return
  const inUrl = new Set(url.queryKeys.map(foldQueryKey))
  for (const [index, row] of definition.query_parameters.entries()) {
    if (!inUrl.has(foldQueryKey(row.key))) continue
    const message = `\`${row.key}\` stands in the URL's query string already; remove one of the two`
    report.error(`query_parameters[${index}].key`, 'RESERVED_KEY', message)
  }
  const credentialKey = credentialQueryKey(definition)
  if (credentialKey === undefined || !inUrl.has(foldQueryKey(credentialKey))) return
  const message = `\`${credentialKey}\` stands in the URL's query string already; remove one of the two`
  report.error('authentication.config.key', 'RESERVED_KEY', message)
}

/** What no unlisted parameter may come near to: listed rows, the URL's own keys, the credential's. */
export function reservedQueryKeys(definition: ConnectorDefinition, url: CompiledUrl): ReadonlySet<string> {
  const keys = [...url.queryKeys, ...definition.query_parameters.map((row) => row.key)]
  const credentialKey = credentialQueryKey(definition)
  if (credentialKey !== undefined) keys.push(credentialKey)
  return new Set(keys.flatMap(nearQueryKeys))
}

function credentialQueryKey({ authentication }: ConnectorDefinition): string | undefined {
  if (authentication.type !== 'api_key' && authentication.type !== 'apikey') return undefined
  return authentication.config.in === 'query' ? authentication.config.key : undefined
}
