import { configPath } from '../compile/authentication/config-field.ts'
import type { CompiledJwtBearer } from '../compile/authentication/oauth-jwt-bearer.ts'
import type { RenderFields } from '../compile/authentication/render-fields.ts'
import { jwtBearerLifeMs } from '../tokens/token-life.ts'
import { assertionIdentity, assertionSigner } from './assertion.ts'
import { renderClient } from './client.ts'
import type { PaidCredential } from './deferred-credential.ts'
import { renderOptional } from './render-optional.ts'
import { tokenCredential } from './token-credential.ts'

/** RFC 7523 §4. */
const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** A token for a signed assertion (RFC 7523 §2.1). */
export function jwtBearerCredential(compiled: CompiledJwtBearer, fields: RenderFields): PaidCredential {
  const { algorithm, token_ttl: ttlSeconds, client_authentication: method } = compiled.config
  const url = fields.url(configPath('token_url'), compiled.tokenUrl)
  const client = renderClient(compiled.client, url, fields)
  const assertion = {
    issuer: renderOptional(fields, 'issuer', compiled.issuer) ?? client.id,
    subject: renderOptional(fields, 'subject', compiled.subject) ?? client.id,
    audience: compiled.audience.render(fields),
    claims: compiled.additionalClaims.render(fields),
    headers: compiled.headers.render(fields),
    algorithm,
    key: fields.text(configPath('private_key'), compiled.privateKey),
  }
  return tokenCredential({
    type: compiled.type,
    tenantId: fields.tenantId,
    url,
    client,
    method,
    grantType,
    scope: renderOptional(fields, 'scope', compiled.scope),
    extra: compiled.extraParameters.render(fields),
    lifeMs: jwtBearerLifeMs(ttlSeconds),
    assertion: {
      describe: (side) => ({ ...assertionIdentity(assertion, side), token_ttl: ttlSeconds }),
      sign: assertionSigner(assertion, fields.signingKey),
    },
  })
}
