import type { Authentication } from '@sluice/connector-schema'
import type { CompiledTemplate } from '@sluice/templates'
import type { DefinitionReport } from '../definition-report.ts'
import { compileConfigField, isLiteral, refuseLiteralCredential } from './config-field.ts'
import type { CredentialUses } from './credential-uses.ts'
import { type NoAuthentication, noAuthentication } from './none.ts'

type Config = Extract<Authentication, { type: 'api_key' }>['config']

/** A key in a header or in the query string; the key's name is reserved. */
export interface CompiledApiKey extends CredentialUses {
  readonly type: 'api_key'
  readonly in: Config['in']
  readonly key: string
  readonly value: CompiledTemplate
}

/** Compiles `api_key` and its other spelling `apikey`. */
export function compileApiKey(config: Config, report: DefinitionReport): CompiledApiKey | NoAuthentication {
  const place = config.in === 'header' ? 'auth_header' : 'auth_query'
  const value = compileConfigField({ field: 'value', source: config.value, place }, report)
  if (value === undefined) return noAuthentication
  if (isLiteral(value)) refuseLiteralCredential('value', report)
  return { type: 'api_key', uses: [value.uses], in: config.in, key: config.key, value }
}
