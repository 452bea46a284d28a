import type { CompiledAuthentication } from '../compile/authentication/index.ts'
import type { RenderFields } from '../compile/authentication/render-fields.ts'
import { apiKeyCredential } from './api-key.ts'
import { basicCredential } from './basic.ts'
import { bearerCredential } from './bearer.ts'
import type { Credential } from './deferred-credential.ts'
import { jwtCredential } from './jwt.ts'
import { clientCredentialsCredential } from './oauth-client-credentials.ts'
import { jwtBearerCredential } from './oauth-jwt-bearer.ts'

/** Renders the credential of one exchange: fields rendered and checked, no token acquired yet. One type a file. */
export function renderCredential(authentication: CompiledAuthentication, fields: RenderFields): Credential {
  switch (authentication.type) {
    case 'none':
      return { kind: 'none' }
    case 'api_key':
      return apiKeyCredential(authentication, fields)
    case 'bearer':
      return bearerCredential(authentication, fields)
    case 'basic':
      return basicCredential(authentication, fields)
    case 'oauth_client_credentials':
      return clientCredentialsCredential(authentication, fields)
    case 'jwt':
      return jwtCredential(authentication, fields)
    case 'oauth_jwt_bearer':
      return jwtBearerCredential(authentication, fields)
  }
}
