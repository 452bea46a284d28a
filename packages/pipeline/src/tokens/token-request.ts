/** How a client proves who it is (RFC 6749 §2.3.1); `raw`: without form-encoding, for servers that undo none. */
export type ClientAuthentication = 'client_secret_post' | 'client_secret_basic' | 'client_secret_basic_raw'

/** Everything that an exchange for a token needs. */
export interface TokenRequest {
  readonly tenantId: string
  /** The whole rendered config as one text, times apart: two requests share a token only where it is the same. */
  readonly identity: string
  readonly url: URL
  readonly clientId: string
  readonly clientSecret: string | undefined
  readonly clientAuthentication: ClientAuthentication
  readonly grantType: string
  readonly parameters: Readonly<Record<string, string>>
  /** Signs the assertion of one exchange. */
  readonly sign: ((nowSeconds: number) => Promise<string>) | undefined
  /** How long the token is kept, in milliseconds, given the server's `expires_in`. */
  lifeMs(expiresInSeconds: number | undefined): number
}
