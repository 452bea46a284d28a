import type { Authentication } from '@sluice/connector-schema'
import type { CompiledTemplate, CompiledUrl } from '@sluice/templates'
import { type AuthenticationContext, compileCredential, compileOptional } from './config-field.ts'
import type { CredentialUses } from './credential-uses.ts'
import { compileJson, type JsonTemplates, usesOf } from './json-templates.ts'
import { type NoAuthentication, noAuthentication } from './none.ts'
import { type Audience, compileAudience, compileTokenUrl } from './receiver.ts'

type Config = Extract<Authentication, { type: 'oauth_client_credentials' }>['config']

/** A token for the client itself (RFC 6749 §4.4). */
export interface CompiledClientCredentials extends CredentialUses {
  readonly type: 'oauth_client_credentials'
  readonly config: Config
  readonly tokenUrl: CompiledUrl
  readonly clientId: CompiledTemplate
  readonly clientSecret: CompiledTemplate | undefined
  readonly scope: CompiledTemplate | undefined
  readonly audience: Audience | undefined
  readonly extraParameters: JsonTemplates
}

/** Compiles `oauth_client_credentials`. */
export function compileClientCredentials(
  config: Config,
  context: AuthenticationContext,
): CompiledClientCredentials | NoAuthentication {
  const { report } = context
  const tokenUrl = compileTokenUrl(config.token_url, context)
  const clientId = compileOptional('client_id', config.client_id, report)
  const clientSecret =
    config.client_secret === undefined
      ? undefined
      : compileCredential('client_secret', config.client_secret, report)
  const scope = compileOptional('scope', config.scope, report)
  const audience = config.audience === undefined ? undefined : compileAudience(config.audience, context)
  const extraParameters = compileJson('extra_parameters', config.extra_parameters ?? {}, report)
  if (tokenUrl === undefined || clientId === undefined) return noAuthentication
  return {
    type: 'oauth_client_credentials',
    uses: [tokenUrl.uses, ...usesOf([clientId, clientSecret, scope, audience]), ...extraParameters.uses],
    config,
    tokenUrl,
    clientId,
    clientSecret,
    scope,
    audience,
    extraParameters,
  }
}
