import { type JWTPayload, SignJWT } from 'jose'

export const sessionSecret = 'an e2e session secret of at least 32 bytes'

/** A session token of `sluice dev`, as anyone who has the secret may mint it. */
export function sessionToken(claims: JWTPayload = {}, secret = sessionSecret): Promise<string> {
  const exp = Math.floor(Date.now() / 1000) + 3600
  const usual = {
    iss: 'sluice-dev',
    aud: 'sluice',
    exp,
    sub: '7',
    tenant_id: 'demo',
    email: 'ada@example.com',
  }
  return new SignJWT({ ...usual, ...claims })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(new TextEncoder().encode(secret))
}

/** `Authorization` with such a token. */
export async function bearer(claims: JWTPayload = {}): Promise<readonly [string, string]> {
  return ['Authorization', `Bearer ${await sessionToken(claims)}`]
}
