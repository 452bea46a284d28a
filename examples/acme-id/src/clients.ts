import type { JWK } from 'jose'
import type { ClientMetadata } from 'oidc-provider'
import { jwtBearer } from './jwt-bearer.ts'

/** Who may ask for tokens, and how it proves who it is. */
export type AcmeClient =
  | { readonly id: string; readonly secret: string; readonly sends: 'post' | 'basic' }
  | { readonly id: string; readonly publicKey: JWK; readonly secret?: string }

/** A client as the authorization server knows it. */
export function clientMetadata(client: AcmeClient): ClientMetadata {
  const common = { client_id: client.id, redirect_uris: [], response_types: [] }
  if ('publicKey' in client) {
    const { publicKey, secret } = client
    return {
      ...common,
      grant_types: [jwtBearer],
      jwks: { keys: [publicKey] },
      ...(secret === undefined
        ? { token_endpoint_auth_method: 'none' }
        : { token_endpoint_auth_method: 'client_secret_post', client_secret: secret }),
    }
  }
  return {
    ...common,
    grant_types: ['client_credentials'],
    client_secret: client.secret,
    token_endpoint_auth_method: client.sends === 'post' ? 'client_secret_post' : 'client_secret_basic',
  }
}
