import type { JWK } from 'jose'
import type { ClientMetadata } from 'oidc-provider'
import { jwtBearer } from './jwt-bearer.ts'

/** Who may ask for tokens, and how it proves who it is. */
export type AcmeClient =
  | { readonly id: string; readonly secret: string; readonly sends: 'post' | 'basic' }
  | {
      readonly id: string
      /** Verifies its assertions: those that it exchanges, and those that show who it is. */
      readonly publicKey: JWK
      readonly secret?: string
      /** Nothing but its assertion, unless said otherwise. */
      readonly sends?: 'post' | 'basic' | 'private_key_jwt'
      /** `iss` of the assertions that it exchanges; its own id unless said otherwise. */
      readonly assertionIssuer?: string
    }

const methods = {
  post: 'client_secret_post',
  basic: 'client_secret_basic',
  private_key_jwt: 'private_key_jwt',
} as const

/** A client as the authorization server knows it. */
export function clientMetadata(client: AcmeClient): ClientMetadata {
  const common = { client_id: client.id, redirect_uris: [], response_types: [] }
  if ('publicKey' in client) {
    const { publicKey, secret, sends = secret === undefined ? undefined : 'post' } = client
    return {
      ...common,
      // A client that shows who it is may ask for a token of its own as well.
      grant_types: sends === undefined ? [jwtBearer] : [jwtBearer, 'client_credentials'],
      jwks: { keys: [publicKey] },
      token_endpoint_auth_method: sends === undefined ? 'none' : methods[sends],
      ...(secret !== undefined && { client_secret: secret }),
    }
  }
  return {
    ...common,
    grant_types: ['client_credentials'],
    client_secret: client.secret,
    token_endpoint_auth_method: methods[client.sends],
  }
}
