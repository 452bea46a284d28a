import { SignJWT } from 'jose'
import type { DevConfig, DevUser } from './dev-config.ts'

/** Issuer and audience of the session tokens of `sluice dev`. */
export const devIssuer = 'sluice-dev'
export const devAudience = 'sluice'

const lifetimeSeconds = 12 * 60 * 60

/** Mints the session token that the platform would give one user. HS256, so anyone with the secret may. */
export function mintSessionToken(config: DevConfig, user: DevUser, now: Date): Promise<string> {
  const claims = {
    tenant_id: config.tenant_id,
    email: user.email,
    given_name: user.first_name,
    family_name: user.last_name,
    preferred_username: user.username,
    roles: user.roles,
    profile_fields: user.profile_fields,
  }
  const issuedAt = Math.floor(now.getTime() / 1000)
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(devIssuer)
    .setAudience(devAudience)
    .setSubject(user.id)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + lifetimeSeconds)
    .sign(new TextEncoder().encode(config.session_secret))
}
