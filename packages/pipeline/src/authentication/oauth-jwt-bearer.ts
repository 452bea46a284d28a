import { randomUUID } from 'node:crypto'
import type { Authentication } from '@sluice/connector-schema'
import { jwtBearerLifeMs } from '../tokens/token-life.ts'
import { type AuthenticationContext, compileCredential, compileOptional, configPath } from './config-field.ts'
import type { AuthenticationPlan } from './deferred-credential.ts'
import { compileJson, usesOf } from './json-templates.ts'
import { noAuthentication } from './none.ts'
import { withNumericDates, withoutTimes } from './numeric-dates.ts'
import { compileAudience, compileTokenUrl } from './receiver.ts'
import { signJwt } from './sign-jwt.ts'
import { tokenCredential } from './token-credential.ts'

type Config = Extract<Authentication, { type: 'oauth_jwt_bearer' }>['config']

/** RFC 7523 §4. */
const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
/** Backdated, for servers whose clock is a little behind. */
const skewSeconds = 5
const assertionSeconds = 180

/** A token for a signed assertion (RFC 7523 §2.1). */
export function compileJwtBearer(config: Config, context: AuthenticationContext): AuthenticationPlan {
  const { report } = context
  const tokenUrl = compileTokenUrl(config.token_url, context)
  const clientId = compileOptional('client_id', config.client_id, report)
  const secret =
    config.client_secret === undefined
      ? undefined
      : compileCredential('client_secret', config.client_secret, report)
  const key = compileCredential('private_key', config.private_key, report)
  const subject = compileOptional('subject', config.subject, report)
  const scope = compileOptional('scope', config.scope, report)
  const audience = compileAudience(config.audience, context)
  const claims = compileJson('additional_claims', config.additional_claims ?? {}, report)
  const headers = compileJson('jwt_headers', config.jwt_headers ?? {}, report)
  const extra = compileJson('extra_parameters', config.extra_parameters ?? {}, report)
  if (tokenUrl === undefined || clientId === undefined || key === undefined || audience === undefined) {
    return noAuthentication
  }
  return {
    uses: [
      tokenUrl.uses,
      ...usesOf([clientId, secret, key, subject, scope, audience]),
      ...[claims, headers, extra].flatMap(({ uses }) => uses),
    ],
    tokenUrl,
    plan: (plan) => {
      const optional = (field: string, template: typeof scope) =>
        template && plan.text(configPath(field), template)
      const client = plan.text(configPath('client_id'), clientId)
      const keyText = plan.text(configPath('private_key'), key)
      const sub = optional('subject', subject) ?? client
      const aud = audience.render(plan)
      const more = claims.render(plan)
      const headerSet = headers.render(plan)
      const ownClaims = withNumericDates('additional_claims', more.real)
      const { algorithm, token_ttl: ttlSeconds } = config
      return tokenCredential({
        type: 'oauth_jwt_bearer',
        tenantId: plan.tenantId,
        url: plan.url(configPath('token_url'), tokenUrl),
        clientId: client,
        clientSecret: optional('client_secret', secret),
        clientAuthentication: 'client_secret_post',
        grantType,
        scope: optional('scope', scope),
        extra: extra.render(plan),
        lifeMs: jwtBearerLifeMs(ttlSeconds),
        assertion: {
          identity: {
            real: {
              key: keyText.real,
              sub: sub.real,
              aud: aud.real,
              more: withoutTimes(more.real),
              headers: headerSet.real,
            },
            masked: {
              private_key: keyText.masked,
              subject: sub.masked,
              audience: aud.masked,
              additional_claims: withoutTimes(more.masked),
              jwt_headers: headerSet.masked,
            },
            literal: { algorithm, ttlSeconds },
          },
          sign: (nowSeconds) =>
            signJwt({
              claims: {
                ...ownClaims,
                iss: client.real,
                sub: sub.real,
                aud: aud.real,
                iat: nowSeconds - skewSeconds,
                exp: nowSeconds + assertionSeconds,
                jti: randomUUID(),
              },
              headers: headerSet.real,
              algorithm,
              key: keyText.real,
            }),
        },
      })
    },
  }
}
