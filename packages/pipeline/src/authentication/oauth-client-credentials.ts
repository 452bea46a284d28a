import type { Authentication } from '@sluice/connector-schema'
import { clientCredentialsLifeMs } from '../tokens/token-life.ts'
import { type AuthenticationContext, compileCredential, compileOptional, configPath } from './config-field.ts'
import type { AuthenticationPlan } from './deferred-credential.ts'
import { compileJson, usesOf } from './json-templates.ts'
import { noAuthentication } from './none.ts'
import { compileAudience, compileTokenUrl } from './receiver.ts'
import { tokenCredential } from './token-credential.ts'

type Config = Extract<Authentication, { type: 'oauth_client_credentials' }>['config']

/** A token for the client itself (RFC 6749 §4.4). */
export function compileClientCredentials(config: Config, context: AuthenticationContext): AuthenticationPlan {
  const { report } = context
  const tokenUrl = compileTokenUrl(config.token_url, context)
  const clientId = compileOptional('client_id', config.client_id, report)
  const secret =
    config.client_secret === undefined
      ? undefined
      : compileCredential('client_secret', config.client_secret, report)
  const scope = compileOptional('scope', config.scope, report)
  const audience = config.audience === undefined ? undefined : compileAudience(config.audience, context)
  const extra = compileJson('extra_parameters', config.extra_parameters ?? {}, report)
  if (tokenUrl === undefined || clientId === undefined) return noAuthentication
  return {
    uses: [tokenUrl.uses, ...usesOf([clientId, secret, scope, audience]), ...extra.uses],
    tokenUrl,
    plan: (plan) => {
      const optional = (field: string, template: typeof scope) =>
        template && plan.text(configPath(field), template)
      return tokenCredential({
        type: 'oauth_client_credentials',
        tenantId: plan.tenantId,
        url: plan.url(configPath('token_url'), tokenUrl),
        clientId: plan.text(configPath('client_id'), clientId),
        clientSecret: optional('client_secret', secret),
        clientAuthentication: config.client_authentication,
        grantType: 'client_credentials',
        scope: optional('scope', scope),
        audience: audience?.render(plan),
        extra: extra.render(plan),
        lifeMs: clientCredentialsLifeMs,
      })
    },
  }
}
