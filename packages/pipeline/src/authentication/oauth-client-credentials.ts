import { configPath } from '../compile/authentication/config-field.ts'
import type { CompiledClientCredentials } from '../compile/authentication/oauth-client-credentials.ts'
import type { RenderFields } from '../compile/authentication/render-fields.ts'
import { clientCredentialsLifeMs } from '../tokens/token-life.ts'
import { renderClient } from './client.ts'
import type { PaidCredential } from './deferred-credential.ts'
import { renderOptional } from './render-optional.ts'
import { tokenCredential } from './token-credential.ts'

/** A token for the client itself (RFC 6749 §4.4). */
export function clientCredentialsCredential(
  compiled: CompiledClientCredentials,
  fields: RenderFields,
): PaidCredential {
  const url = fields.url(configPath('token_url'), compiled.tokenUrl)
  return tokenCredential({
    type: compiled.type,
    tenantId: fields.tenantId,
    url,
    client: renderClient(compiled.client, url, fields),
    method: compiled.client.method,
    grantType: 'client_credentials',
    scope: renderOptional(fields, 'scope', compiled.scope),
    audience: compiled.audience?.render(fields),
    extra: compiled.extraParameters.render(fields),
    lifeMs: clientCredentialsLifeMs,
  })
}
