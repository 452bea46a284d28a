import {
  createLocalJWKSet,
  type JWK,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose'
import { type Client, errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider'
import { resourceServer, type Tokens } from './tokens.ts'

/** The grant of RFC 7523 §2.1. */
export const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

const longestSeconds = 300

/** Gives tokens for assertions: signed by the client, meant for this server, fresh, and used once. */
export function addJwtBearer(
  provider: Provider,
  tokens: Tokens,
  issuerOf: (clientId: string) => string,
): void {
  const usedUntil = new Map<string, number>()

  function useOnce(id: string, untilSeconds: number): void {
    const now = Date.now() / 1000
    for (const [other, until] of usedUntil) if (until < now) usedUntil.delete(other)
    if (usedUntil.has(id)) throw new errors.InvalidGrant('the assertion was used before')
    usedUntil.set(id, untilSeconds)
  }

  async function grant(ctx: KoaContextWithOIDC): Promise<void> {
    const { client, params } = ctx.oidc
    if (client === undefined) throw new errors.InvalidClient('no client')
    const issuer = issuerOf(client.clientId)
    const claims = await verify(String(params?.assertion ?? ''), client, {
      issuer,
      audience: provider.issuer,
    })
    useOnce(`${client.clientId} ${claims.jti}`, claims.exp)
    const token = new provider.ClientCredentials({ client, scope: 'read' })
    token.resourceServer = resourceServer(tokens) as typeof token.resourceServer
    token.extra = { on_behalf_of: claims.sub }
    const value = await token.save()
    ctx.body = { access_token: value, token_type: 'Bearer', expires_in: token.expiration, scope: token.scope }
  }

  provider.registerGrantType(jwtBearer, grant, ['assertion', 'scope'])
}

/** RFC 7523 §3. */
async function verify(assertion: string, client: Client, expected: JWTVerifyOptions) {
  const keys = createLocalJWKSet({ keys: [...(client.jwks?.keys ?? [])] as JWK[] })
  const { sub, jti, exp, iat } = await verified(assertion, keys, expected)
  if (sub === undefined || jti === undefined || exp === undefined || iat === undefined) {
    throw new errors.InvalidGrant('the assertion lacks a claim')
  }
  if (exp - iat > longestSeconds) throw new errors.InvalidGrant('the assertion lives too long')
  return { sub, jti, exp }
}

async function verified(
  assertion: string,
  keys: JWTVerifyGetKey,
  expected: JWTVerifyOptions,
): Promise<JWTPayload> {
  try {
    return (await jwtVerify(assertion, keys, expected)).payload
  } catch {
    throw new errors.InvalidGrant('the assertion is not valid')
  }
}
