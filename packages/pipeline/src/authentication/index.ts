import type { Authentication } from '@sluice/connector-schema'
import { compileApiKey } from './api-key.ts'
import { compileBasic } from './basic.ts'
import type { AuthenticationContext } from './config-field.ts'
import type { AuthenticationPlan } from './deferred-credential.ts'
import { compileJwt } from './jwt.ts'
import { noAuthentication } from './none.ts'
import { compileClientCredentials } from './oauth-client-credentials.ts'
import { compileJwtBearer } from './oauth-jwt-bearer.ts'

/** Compiles the authentication of a definition; one strategy a file. */
export function compileAuthentication(
  authentication: Authentication,
  context: AuthenticationContext,
): AuthenticationPlan {
  switch (authentication.type) {
    case 'none':
      return noAuthentication
    case 'api_key':
    case 'apikey':
      return compileApiKey(authentication.config, context.report)
    case 'basic':
      return compileBasic(authentication.config, context.report)
    case 'oauth_client_credentials':
      return compileClientCredentials(authentication.config, context)
    case 'jwt':
      return compileJwt(authentication.config, context.report)
    case 'oauth_jwt_bearer':
      return compileJwtBearer(authentication.config, context)
  }
}
