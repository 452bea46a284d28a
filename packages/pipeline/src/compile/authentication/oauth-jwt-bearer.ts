import type { Authentication } from '@sluice/connector-schema'
import type { CompiledTemplate, CompiledUrl } from '@sluice/templates'
import { compileIdentity } from './callers-identity.ts'
import { type CompiledClient, compileClient } from './client.ts'
import { type AuthenticationContext, compileCredential } from './config-field.ts'
import type { CredentialUses } from './credential-uses.ts'
import {
  compileClaims,
  compileJwtHeaders,
  compileParameters,
  type JsonTemplates,
  usesOf,
} from './json-templates.ts'
import { type NoAuthentication, noAuthentication } from './none.ts'
import { type Audience, compileAudience, compileTokenUrl } from './receiver.ts'

type Config = Extract<Authentication, { type: 'oauth_jwt_bearer' }>['config']

/** A token for a signed assertion (RFC 7523 §2.1). */
export interface CompiledJwtBearer extends CredentialUses {
  readonly type: 'oauth_jwt_bearer'
  readonly config: Config
  readonly tokenUrl: CompiledUrl
  readonly client: CompiledClient
  readonly issuer: CompiledTemplate | undefined
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
  const client = compileClient(config, report)
  const issuer = compileIdentity('issuer', config.issuer, report)
  const privateKey = compileCredential('private_key', config.private_key, report)
  const subject = compileIdentity('subject', config.subject, report)
  const scope = compileIdentity('scope', config.scope, report)
  const audience = compileAudience(config.audience, context)
  const additionalClaims = compileClaims('additional_claims', config.additional_claims, report)
  const headers = compileJwtHeaders(config.jwt_headers, report)
  const extraParameters = compileParameters(config.extra_parameters, report)
  if (tokenUrl === undefined || client === undefined || privateKey === undefined || audience === undefined) {
    return noAuthentication
  }
  return {
    type: 'oauth_jwt_bearer',
    uses: [
      tokenUrl.uses,
      ...client.uses,
      ...usesOf([issuer, privateKey, subject, scope, audience]),
      ...[additionalClaims, headers, extraParameters].flatMap(({ uses }) => uses),
    ],
    config,
    tokenUrl,
    client,
    issuer,
    privateKey,
    subject,
    scope,
    audience,
    additionalClaims,
    headers,
    extraParameters,
  }
}
