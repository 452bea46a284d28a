import type { Authentication } from '@sluice/connector-schema'
import type { CompiledTemplate, CompiledUrl } from '@sluice/templates'
import { compileIdentity } from './callers-identity.ts'
import { type CompiledClient, compileClient } from './client.ts'
import type { AuthenticationContext } from './config-field.ts'
import type { CredentialUses } from './credential-uses.ts'
import { compileParameters, type JsonTemplates, usesOf } from './json-templates.ts'
import { type NoAuthentication, noAuthentication } from './none.ts'
import { type Audience, compileAudience, compileTokenUrl } from './receiver.ts'

type Config = Extract<Authentication, { type: 'oauth_client_credentials' }>['config']

/** A token for the client itself (RFC 6749 §4.4). */
export interface CompiledClientCredentials extends CredentialUses {
  readonly type: 'oauth_client_credentials'
  readonly tokenUrl: CompiledUrl
  readonly client: CompiledClient
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
  const client = compileClient(config, report)
  const scope = compileIdentity('scope', config.scope, report)
  const audience = config.audience === undefined ? undefined : compileAudience(config.audience, context)
  const extraParameters = compileParameters(config.extra_parameters, report)
  if (tokenUrl === undefined || client === undefined) return noAuthentication
  return {
    type: 'oauth_client_credentials',
    uses: [tokenUrl.uses, ...client.uses, ...usesOf([scope, audience]), ...extraParameters.uses],
    tokenUrl,
    client,
    scope,
    audience,
    extraParameters,
  }
}
