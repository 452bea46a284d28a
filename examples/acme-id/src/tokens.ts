import type { ResourceServer } from 'oidc-provider'

/** What the tokens of this server are good for. */
export interface Tokens {
  /** The API that they are for. */
  readonly audience: string
  readonly lifeSeconds: number
}

/** Tokens are JWTs (RFC 9068), so that the API verifies them with the published keys alone. */
export function resourceServer({ audience, lifeSeconds }: Tokens): ResourceServer {
  return {
    scope: 'read write',
    audience,
    accessTokenTTL: lifeSeconds,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: 'RS256' } },
  }
}
