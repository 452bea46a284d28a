import { configPath } from '../compile/authentication/config-field.ts'
import type { CompiledJwt } from '../compile/authentication/jwt.ts'
import type { RenderFields } from '../compile/authentication/render-fields.ts'
import type { PaidCredential } from './deferred-credential.ts'
import { shownClaims, withNumericDates, withoutTimes } from './numeric-dates.ts'
import { signJwt } from './sign-jwt.ts'

/** A JWT of our own, signed for every request that is sent. */
export function jwtCredential(jwt: CompiledJwt, fields: RenderFields): PaidCredential {
  const { algorithm } = jwt
  const key = fields.text(configPath('private_key'), jwt.privateKey)
  const claims = jwt.claims.render(fields)
  const headers = jwt.headers.render(fields)
  const draft = {
    claims: withNumericDates('claims', claims.real),
    headers: headers.real,
    algorithm,
    key: key.real,
  }
  return {
    kind: 'paid',
    masked: JSON.stringify({
      type: 'jwt',
      algorithm,
      private_key: key.masked,
      claims: withoutTimes(claims.masked),
      jwt_headers: headers.masked,
    }),
    pay: async ({ disclose }) => {
      const token = await signJwt(draft, fields.signingKey)
      disclose?.({
        signed: 'token',
        header: { typ: 'JWT', ...headers.masked, alg: algorithm },
        claims: shownClaims(claims, draft.claims),
      })
      return { token }
    },
  }
}
