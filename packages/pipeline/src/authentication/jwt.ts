import type { Authentication } from '@sluice/connector-schema'
import type { DefinitionReport } from '../compile/definition-report.ts'
import { compileCredential, configPath } from './config-field.ts'
import type { AuthenticationPlan } from './deferred-credential.ts'
import { compileJson } from './json-templates.ts'
import { noAuthentication } from './none.ts'
import { withNumericDates, withoutTimes } from './numeric-dates.ts'
import { signJwt } from './sign-jwt.ts'

type Config = Extract<Authentication, { type: 'jwt' }>['config']

/** A JWT of our own, signed for every request that is sent. */
export function compileJwt(config: Config, report: DefinitionReport): AuthenticationPlan {
  const key = compileCredential('private_key', config.private_key, report)
  const claims = compileJson('claims', config.claims, report)
  const headers = compileJson('jwt_headers', config.jwt_headers ?? {}, report)
  if (key === undefined) return noAuthentication
  const { algorithm } = config
  return {
    uses: [key.uses, ...claims.uses, ...headers.uses],
    plan: (context) => {
      const keyText = context.text(configPath('private_key'), key)
      const claimSet = claims.render(context)
      const headerSet = headers.render(context)
      const draft = {
        claims: withNumericDates('claims', claimSet.real),
        headers: headerSet.real,
        algorithm,
        key: keyText.real,
      }
      return {
        kind: 'paid',
        masked: JSON.stringify({
          type: 'jwt',
          algorithm,
          private_key: keyText.masked,
          claims: withoutTimes(claimSet.masked),
          jwt_headers: headerSet.masked,
        }),
        pay: async () => ({ token: await signJwt(draft) }),
      }
    },
  }
}
