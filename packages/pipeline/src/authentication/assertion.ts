import { randomUUID } from 'node:crypto'
import type { SignatureAlgorithm } from '@sluice/connector-schema'
import type { MaskedJson } from '../compile/authentication/json-templates.ts'
import type { ReadSigningKey } from '../compile/authentication/render-fields.ts'
import type { MaskedText } from '../secrecy/masked-text.ts'
import type { SignedJwt } from '../tokens/token-request.ts'
import { shownClaims, withNumericDates, withoutTimes } from './numeric-dates.ts'
import { signJwt } from './sign-jwt.ts'

/** Backdated, for servers whose clock is a little behind. */
const skewSeconds = 5
const lifeSeconds = 180

/** The rendered fields of an assertion (RFC 7523 §3). */
export interface Assertion {
  readonly issuer: MaskedText
  readonly subject: MaskedText
  readonly audience: MaskedText
  readonly claims: MaskedJson
  readonly headers: MaskedJson
  readonly algorithm: SignatureAlgorithm
  readonly key: MaskedText
}

/** Nothing on both sides of the mask. */
export const emptyJson: MaskedJson = { real: {}, masked: {} }

/** What an assertion says, without its times: on one side of the mask. */
export function assertionIdentity(assertion: Assertion, side: 'real' | 'masked'): object {
  const { issuer, subject, audience, claims, headers, algorithm, key } = assertion
  return {
    issuer: issuer[side],
    subject: subject[side],
    audience: audience[side],
    additional_claims: withoutTimes(claims[side]),
    jwt_headers: headers[side],
    algorithm,
    private_key: key[side],
  }
}

/** How an assertion is signed, with times and an id of its own each time. */
export function assertionSigner(
  assertion: Assertion,
  signingKey: ReadSigningKey,
): (nowSeconds: number) => Promise<SignedJwt> {
  const { issuer, subject, audience, claims, headers, algorithm, key } = assertion
  const ownClaims = withNumericDates('additional_claims', claims.real)
  return async (nowSeconds) => {
    const times = { iat: nowSeconds - skewSeconds, exp: nowSeconds + lifeSeconds, jti: randomUUID() }
    const claimsOf = (side: 'real' | 'masked', own: MaskedJson['real']) => ({
      ...own,
      iss: issuer[side],
      sub: subject[side],
      aud: audience[side],
      ...times,
    })
    return {
      jwt: await signJwt(
        { claims: claimsOf('real', ownClaims), headers: headers.real, algorithm, key: key.real },
        signingKey,
      ),
      shown: {
        header: { typ: 'JWT', ...headers.masked, alg: algorithm },
        claims: claimsOf('masked', shownClaims(claims, ownClaims)),
      },
    }
  }
}
