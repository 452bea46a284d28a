import { randomUUID } from 'node:crypto'
import { configPath } from '../compile/authentication/config-field.ts'
import type { MaskedJson } from '../compile/authentication/json-templates.ts'
import type { CompiledJwtBearer } from '../compile/authentication/oauth-jwt-bearer.ts'
import type { RenderFields } from '../compile/authentication/render-fields.ts'
import type { MaskedText } from '../secrecy/masked-text.ts'
import { jwtBearerLifeMs } from '../tokens/token-life.ts'
import type { PaidCredential } from './deferred-credential.ts'
import { withNumericDates, withoutTimes } from './numeric-dates.ts'
import { renderOptional } from './render-optional.ts'
import { signJwt } from './sign-jwt.ts'
import { type SignedAssertion, tokenCredential } from './token-credential.ts'

/** RFC 7523 §4. */
const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
/** Backdated, for servers whose clock is a little behind. */
const skewSeconds = 5
const assertionSeconds = 180

/** A token for a signed assertion (RFC 7523 §2.1). */
export function jwtBearerCredential(compiled: CompiledJwtBearer, fields: RenderFields): PaidCredential {
  const { config } = compiled
  const clientId = fields.text(configPath('client_id'), compiled.clientId)
  return tokenCredential({
    type: compiled.type,
    tenantId: fields.tenantId,
    url: fields.url(configPath('token_url'), compiled.tokenUrl),
    clientId,
    clientSecret: renderOptional(fields, 'client_secret', compiled.clientSecret),
    clientAuthentication: 'client_secret_post',
    grantType,
    scope: renderOptional(fields, 'scope', compiled.scope),
    extra: compiled.extraParameters.render(fields),
    lifeMs: jwtBearerLifeMs(config.token_ttl),
    assertion: assertionOf(config, {
      issuer: clientId,
      key: fields.text(configPath('private_key'), compiled.privateKey),
      subject: renderOptional(fields, 'subject', compiled.subject) ?? clientId,
      audience: compiled.audience.render(fields),
      claims: compiled.additionalClaims.render(fields),
      headers: compiled.headers.render(fields),
    }),
  })
}

/** The rendered fields of an assertion. */
interface Assertion {
  readonly issuer: MaskedText
  readonly key: MaskedText
  readonly subject: MaskedText
  readonly audience: MaskedText
  readonly claims: MaskedJson
  readonly headers: MaskedJson
}

function assertionOf(
  { algorithm, token_ttl: ttlSeconds }: CompiledJwtBearer['config'],
  { issuer, key, subject, audience, claims, headers }: Assertion,
): SignedAssertion {
  const ownClaims = withNumericDates('additional_claims', claims.real)
  return {
    identity: {
      real: {
        key: key.real,
        sub: subject.real,
        aud: audience.real,
        more: withoutTimes(claims.real),
        headers: headers.real,
      },
      masked: {
        private_key: key.masked,
        subject: subject.masked,
        audience: audience.masked,
        additional_claims: withoutTimes(claims.masked),
        jwt_headers: headers.masked,
      },
      literal: { algorithm, ttlSeconds },
    },
    sign: (nowSeconds) =>
      signJwt({
        claims: {
          ...ownClaims,
          iss: issuer.real,
          sub: subject.real,
          aud: audience.real,
          iat: nowSeconds - skewSeconds,
          exp: nowSeconds + assertionSeconds,
          jti: randomUUID(),
        },
        headers: headers.real,
        algorithm,
        key: key.real,
      }),
  }
}
