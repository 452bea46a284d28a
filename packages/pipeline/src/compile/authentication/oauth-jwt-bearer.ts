import type { Authentication } from '@sluice/connector-schema'
import type { CompiledTemplate, CompiledUrl } from '@sluice/templates'
import { type AuthenticationContext, compileCredential, compileOptional } from './config-field.ts'
import type { CredentialUses } from './credential-uses.ts'
import { compileJson, type JsonTemplates, usesOf } from './json-templates.ts'
import { type NoAuthentication, noAuthentication } from './none.ts'
import { type Audience, compileAudience, compileTokenUrl } from './receiver.ts'

type Config = Extract<Authentication, { type: 'oauth_jwt_bearer' }>['config']

/** A token for a signed assertion (RFC 7523 §2.1). */
export interface CompiledJwtBearer extends CredentialUses {
  readonly type: 'oauth_jwt_bearer'
  readonly config: Config
  readonly tokenUrl: CompiledUrl
  readonly clientId: CompiledTemplate
  readonly clientSecret: CompiledTemplate | undefined
  readonly privateKey: CompiledTemplate
  readonly subject: CompiledTemplate | undefined
  readonly scope: CompiledTemplate | undefined
  readonly audience: Audience
  readonly additionalClaims: JsonTemplates
  readonly headers: JsonTemplates
  readonly extraParameters: JsonTemplates
}

/** Compiles `oauth_jwt_bearer`. */
export function compileJwtBearer(
  config: Config,
  context: AuthenticationContext,
): CompiledJwtBearer | NoAuthentication {
  const { report } = context
  const tokenUrl = compileTokenUrl(config.token_url, context)
  const clientId = compileOptional('client_id', config.client_id, report)
  const clientSecret =
    config.client_secret === undefined
      ? undefined
      : compileCredential('client_secret', config.client_secret, report)
  const privateKey = compileCredential('private_key', config.private_key, report)
  const subject = compileOptional('subject', config.subject, report)
  const scope = compileOptional('scope', config.scope, report)
  const audience = compileAudience(config.audience, context)
  const additionalClaims = compileJson('additional_claims', config.additional_claims ?? {}, report)
  const headers = compileJson('jwt_headers', config.jwt_headers ?? {}, report)
  const extraParameters = compileJson('extra_parameters', config.extra_parameters ?? {}, report)
  if (
    tokenUrl === undefined ||
    clientId === undefined ||
    privateKey === undefined ||
    audience === undefined
  ) {
    return noAuthentication
  }
  return {
    type: 'oauth_jwt_bearer',
    uses: [
      tokenUrl.uses,
      ...usesOf([clientId, clientSecret, privateKey, subject, scope, audience]),
      ...[additionalClaims, headers, extraParameters].flatMap(({ uses }) => uses),
    ],
    config,
    tokenUrl,
    clientId,
    clientSecret,
    privateKey,
    subject,
    scope,
    audience,
    additionalClaims,
    headers,
    extraParameters,
  }
}
