import type { Disclose, ShownJwt } from './disclosure.ts'

/** Everything that an exchange for a token needs. */
export interface TokenRequest {
  readonly tenantId: string
  /** The whole rendered config as one text, times apart: two requests share a token only where it is the same. */
  readonly identity: string
  readonly url: URL
  readonly clientId: string
  readonly proof: ClientProof
  readonly grantType: string
  readonly parameters: Readonly<Record<string, string>>
  /** Signs the assertion of one exchange. */
  readonly sign: SignAssertion | undefined
  readonly disclose?: Disclose | undefined
  /** How long the token is kept, in milliseconds, given the server's `expires_in`. */
  lifeMs(expiresInSeconds: number | undefined): number
}

/**
 * How a client shows who it is (RFC 6749 §2.3.1, RFC 7523 §2.2); `client_secret_basic_raw`: without form-encoding, for
 * servers that undo none.
 */
export type ClientProof =
  | { readonly method: 'none' }
  | {
      readonly method: 'client_secret_post' | 'client_secret_basic' | 'client_secret_basic_raw'
      readonly secret: string
    }
  | { readonly method: 'private_key_jwt'; readonly sign: SignAssertion }

/** Signs an assertion of its own for each exchange. */
export type SignAssertion = (nowSeconds: number) => Promise<SignedJwt>

/** A signed JWT, and what may be shown of it to its owner. */
export interface SignedJwt {
  readonly jwt: string
  readonly shown: ShownJwt
}
