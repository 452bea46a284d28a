import type { IncomingMessage } from 'node:http'
import { ProblemError, type Session, sessionCookie } from '@sluice/connector-schema'
import { when } from '@sluice/pipeline'
import type { SessionVerifier } from '../adapters/session/verify-session.ts'
import type { Tenant, TenantRegistry } from '../tenant.ts'
import { singleHeader } from './node-env.ts'

/** How a call shows who it is. */
export type Credentials =
  | { readonly by: 'bearer'; readonly token: string }
  | { readonly by: 'cookie'; readonly token: string }
  | { readonly by: 'nobody' }

/** Who calls. */
export interface Caller {
  readonly credentials: Credentials
  readonly session: Session
  readonly tenant: Tenant
}

/** What identifying a caller needs. */
export interface CallerSources {
  readonly tenants: TenantRegistry
  readonly sessions: SessionVerifier
  /** The tenant of anonymous calls to a Host that nobody has registered. */
  readonly defaultTenantId: string | undefined
}

/**
 * Who calls: the verified session, or nobody in the tenant that the Host stands for.
 *
 * @throws ProblemError `INVALID_REQUEST` for two credentials at once, `INVALID_SESSION`, and
 *   `AUTHENTICATION_REQUIRED` where not even a tenant is known.
 */
export function identifyCaller(incoming: IncomingMessage, sources: CallerSources): Caller | Promise<Caller> {
  const credentials = readCredentials(incoming)
  if (credentials.by === 'nobody') return anonymousCaller(incoming, credentials, sources)
  return when(sources.sessions.verify(credentials.token, incoming.socket), (session) =>
    callerOf(session, credentials, sources),
  )
}

function callerOf(session: Session, credentials: Credentials, sources: CallerSources): Caller {
  const tenant = sources.tenants.get(session.tenant_id) ?? strangerOf(session)
  if (credentials.by === 'cookie' && !tenant.cookieSessions) {
    throw new ProblemError('INVALID_SESSION', {
      detail: 'Sessions of this tenant come as a bearer token, not in a cookie.',
    })
  }
  return { credentials, session, tenant }
}

/** A verified session of a tenant that has nothing here: no origin, no cookie, and so no connector. */
function strangerOf({ tenant_id: id }: Session): Tenant {
  return { id, origins: new Set(), cookieSessions: false, hosts: [] }
}

/** Refusal of a call that needs a session and has none. */
export function sessionRequired(): ProblemError {
  return new ProblemError('AUTHENTICATION_REQUIRED', {
    detail: 'This call needs a session: send `Authorization: Bearer <token>` or the session cookie.',
  })
}

function anonymousCaller(
  incoming: IncomingMessage,
  credentials: Credentials,
  sources: CallerSources,
): Caller {
  const { tenants, defaultTenantId } = sources
  const tenant =
    tenants.atHost(incoming.headers.host) ??
    (defaultTenantId === undefined ? undefined : tenants.get(defaultTenantId))
  if (tenant === undefined) throw sessionRequired()
  return { credentials, session: { tenant_id: tenant.id }, tenant }
}

/** RFC 6750 §2.1; a scheme has no case (RFC 9110 §11.1). */
const bearerScheme = 'bearer '

function readCredentials(incoming: IncomingMessage): Credentials {
  const authorization = singleHeader(incoming, 'authorization')
  const cookie = readSessionCookie(incoming.headers.cookie)
  if (authorization !== undefined && cookie !== undefined) {
    throw new ProblemError('INVALID_REQUEST', {
      detail: 'The call carries an Authorization header and a session cookie; send one of them.',
    })
  }
  if (cookie !== undefined) return { by: 'cookie', token: cookie }
  if (authorization === undefined) return { by: 'nobody' }
  const token = authorization.slice(bearerScheme.length).trim()
  const isBearer = authorization.slice(0, bearerScheme.length).toLowerCase() === bearerScheme
  if (!isBearer || token === '' || token.includes(' ')) {
    throw new ProblemError('INVALID_SESSION', {
      detail: 'The Authorization header must be `Bearer <token>`.',
    })
  }
  return { by: 'bearer', token }
}

/**
 * The session cookie. Two of that name are refused: one may have been planted by another host of the same site,
 * and nothing says which.
 */
function readSessionCookie(cookies: string | undefined): string | undefined {
  if (cookies === undefined || !cookies.includes(sessionCookie)) return undefined
  const prefix = `${sessionCookie}=`
  const found = cookies
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(prefix))
  if (found.length > 1) {
    throw new ProblemError('INVALID_REQUEST', { detail: 'The call carries more than one session cookie.' })
  }
  return found[0]?.slice(prefix.length)
}
