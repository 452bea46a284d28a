import { SignJWT } from 'jose'
import type { DemoUser } from './demo-config.ts'

/** How long a demo session lasts, in seconds. */
export const sessionSeconds = 3600

export interface SessionOptions {
  readonly tenantId: string
  /** At least 32 bytes; the proxy verifies with the same. */
  readonly secret: string
}

/** A session token as the platform that hosts the page would issue it to a user who signed in. */
export function mintSession(user: DemoUser, { tenantId, secret }: SessionOptions): Promise<string> {
  const claims = {
    tenant_id: tenantId,
    email: user.email,
    given_name: user.first_name,
    family_name: user.last_name,
    preferred_username: user.username,
    roles: user.roles,
    profile_fields: user.profile_fields,
  }
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer('sluice-dev')
    .setAudience('sluice')
    .setSubject(user.id)
    .setIssuedAt()
    .setExpirationTime(`${sessionSeconds}s`)
    .sign(new TextEncoder().encode(secret))
}
