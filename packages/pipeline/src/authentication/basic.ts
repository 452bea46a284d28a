import type { Authentication } from '@sluice/connector-schema'
import type { DefinitionReport } from '../compile/definition-report.ts'
import { compileConfigField, configPath, isLiteral, refuseLiteralCredential } from './config-field.ts'
import type { AuthenticationPlan } from './deferred-credential.ts'
import { noAuthentication } from './none.ts'

type Config = Extract<Authentication, { type: 'basic' }>['config']

/** RFC 7617. The user name may hold no colon; both parts are UTF-8. */
export function compileBasic(config: Config, report: DefinitionReport): AuthenticationPlan {
  const username = compileConfigField(
    { field: 'username', source: config.username, place: 'basic_username' },
    report,
  )
  const password = compileConfigField(
    { field: 'password', source: config.password, place: 'basic_password' },
    report,
  )
  if (username === undefined || password === undefined) return noAuthentication
  // Some APIs take their key as the user name and ignore the password.
  const credentialIsUsername = username.uses.secrets.size > 0
  if (isLiteral(password) && !credentialIsUsername) refuseLiteralCredential('password', report)
  return {
    uses: [username.uses, password.uses],
    plan: ({ text }) => {
      const name = text(configPath('username'), username)
      const word = text(configPath('password'), password)
      const real = Buffer.from(`${name.real}:${word.real}`, 'utf8').toString('base64')
      const value = { real: `Basic ${real}`, masked: `Basic ${name.masked}:${word.masked}` }
      return { kind: 'header', name: 'Authorization', value }
    },
  }
}
