import { configPath } from '../compile/authentication/config-field.ts'
import type { CompiledClientCredentials } from '../compile/authentication/oauth-client-credentials.ts'
import type { RenderFields } from '../compile/authentication/render-fields.ts'
import { clientCredentialsLifeMs } from '../tokens/token-life.ts'
import type { PaidCredential } from './deferred-credential.ts'
import { renderOptional } from './render-optional.ts'
import { tokenCredential } from './token-credential.ts'

/** A token for the client itself (RFC 6749 §4.4). */
export function clientCredentialsCredential(
  compiled: CompiledClientCredentials,
  fields: RenderFields,
): PaidCredential {
  return tokenCredential({
    type: compiled.type,
    tenantId: fields.tenantId,
    url: fields.url(configPath('token_url'), compiled.tokenUrl),
    clientId: fields.text(configPath('client_id'), compiled.clientId),
    clientSecret: renderOptional(fields, 'client_secret', compiled.clientSecret),
    clientAuthentication: compiled.config.client_authentication,
    grantType: 'client_credentials',
    scope: renderOptional(fields, 'scope', compiled.scope),
    audience: compiled.audience?.render(fields),
    extra: compiled.extraParameters.render(fields),
    lifeMs: clientCredentialsLifeMs,
  })
}
