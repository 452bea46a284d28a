import type { Authentication } from '@sluice/connector-schema'
import type { CompiledTemplate } from '@sluice/templates'
import type { DefinitionReport } from '../definition-report.ts'
import { refuseCallersIdentity } from './callers-identity.ts'
import { compileConfigField, isLiteral, refuseLiteralCredential } from './config-field.ts'
import type { CredentialUses } from './credential-uses.ts'
import { type NoAuthentication, noAuthentication } from './none.ts'

type Config = Extract<Authentication, { type: 'basic' }>['config']

/** A user name and a password. */
export interface CompiledBasic extends CredentialUses {
  readonly type: 'basic'
  readonly username: CompiledTemplate
  readonly password: CompiledTemplate
}

/** Compiles `basic`. */
export function compileBasic(config: Config, report: DefinitionReport): CompiledBasic | NoAuthentication {
  const username = compileConfigField(
    { field: 'username', source: config.username, place: 'basic_username' },
    report,
  )
  const password = compileConfigField(
    { field: 'password', source: config.password, place: 'basic_password' },
    report,
  )
  if (username === undefined || password === undefined) return noAuthentication
  refuseCallersIdentity('username', username.uses, report)
  // Some APIs take their key as the user name and ignore the password.
  const credentialIsUsername = username.uses.secrets.size > 0
  if (isLiteral(password) && !credentialIsUsername) refuseLiteralCredential('password', report)
  return { type: 'basic', uses: [username.uses, password.uses], username, password }
}
