import type { Authentication } from '@sluice/connector-schema'
import type { CompiledTemplate } from '@sluice/templates'
import type { DefinitionReport } from '../definition-report.ts'
import { compileConfigField, isLiteral, refuseLiteralCredential } from './config-field.ts'
import type { CredentialUses } from './credential-uses.ts'
import { type NoAuthentication, noAuthentication } from './none.ts'

type Config = Extract<Authentication, { type: 'bearer' }>['config']

/** A static token in `Authorization` (RFC 6750 §2.1). */
export interface CompiledBearer extends CredentialUses {
  readonly type: 'bearer'
  readonly token: CompiledTemplate
}

/** Compiles `bearer`. */
export function compileBearer(config: Config, report: DefinitionReport): CompiledBearer | NoAuthentication {
  const token = compileConfigField({ field: 'token', source: config.token, place: 'auth_header' }, report)
  if (token === undefined) return noAuthentication
  if (isLiteral(token)) refuseLiteralCredential('token', report)
  return { type: 'bearer', uses: [token.uses], token }
}
