import type { Authentication } from '@sluice/connector-schema'
import { type CompiledApiKey, compileApiKey } from './api-key.ts'
import { type CompiledBasic, compileBasic } from './basic.ts'
import { type CompiledBearer, compileBearer } from './bearer.ts'
import type { AuthenticationContext } from './config-field.ts'
import { type CompiledJwt, compileJwt } from './jwt.ts'
import { type NoAuthentication, noAuthentication } from './none.ts'
import { type CompiledClientCredentials, compileClientCredentials } from './oauth-client-credentials.ts'
import { type CompiledJwtBearer, compileJwtBearer } from './oauth-jwt-bearer.ts'

/**
 * A connector's way to authenticate: templates and settings only. What makes a credential of them needs keys and a
 * network, and lies in `src/authentication`, so that a browser can compile definitions.
 */
export type CompiledAuthentication =
  | NoAuthentication
  | CompiledApiKey
  | CompiledBasic
  | CompiledBearer
  | CompiledClientCredentials
  | CompiledJwt
  | CompiledJwtBearer

/** Compiles the authentication of a definition; one type a file. */
export function compileAuthentication(
  authentication: Authentication,
  context: AuthenticationContext,
): CompiledAuthentication {
  switch (authentication.type) {
    case 'none':
      return noAuthentication
    case 'api_key':
    case 'apikey':
      return compileApiKey(authentication.config, context.report)
    case 'bearer':
      return compileBearer(authentication.config, context.report)
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
