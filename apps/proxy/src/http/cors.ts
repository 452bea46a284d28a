import type { IncomingMessage } from 'node:http'
import { wireHeaders } from '@sluice/connector-schema'
import { type CorsGrant, grantOf, type Tenant, type TenantRegistry } from '../tenant.ts'
import type { HeaderRecord } from './header-record.ts'

/** Seconds for which a browser may remember a preflight. */
const preflightMaxAgeSeconds = 600

const allowedMethods = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'

/** What a widget may send; every other header would be ignored. */
const allowedHeaders = [
  'authorization',
  'content-type',
  'if-none-match',
  'traceparent',
  'tracestate',
  wireHeaders.csrfToken,
  wireHeaders.headerParams,
  wireHeaders.pathParams,
  wireHeaders.requestId,
].join(', ')

/** What the proxy itself can set, so that a page finds it wherever it is there. */
const ownHeaders = [
  wireHeaders.requestId,
  wireHeaders.error,
  wireHeaders.timing,
  wireHeaders.upstreamLocation,
  'cache-status',
  'server-timing',
  'ratelimit',
  'ratelimit-policy',
  'retry-after',
]

/**
 * Whether the request is a preflight. It is answered without a session and without touching a connector.
 */
export function isPreflight(incoming: IncomingMessage): boolean {
  return incoming.method === 'OPTIONS' && incoming.headers['access-control-request-method'] !== undefined
}

/** What CORS grants to this request: by its own tenant where that is known, else by the tenants of its Host. */
export function corsGrant(
  incoming: IncomingMessage,
  tenants: TenantRegistry,
  tenant: Tenant | undefined,
): CorsGrant | undefined {
  const { origin } = incoming.headers
  if (origin === undefined) return undefined
  return tenant === undefined ? tenants.grantAt(incoming.headers.host, origin) : grantOf(tenant, origin)
}

/** The headers that let a page of the granted origin read an answer, and the names in it. */
export function corsHeaders(grant: CorsGrant, answered: HeaderRecord): HeaderRecord {
  const names = new Set([...ownHeaders, ...Object.keys(answered)])
  return { ...allowOrigin(grant), 'access-control-expose-headers': [...names].join(', ') }
}

/** The answer to a preflight that passes. */
export function preflightHeaders(grant: CorsGrant): HeaderRecord {
  return {
    ...allowOrigin(grant),
    'access-control-allow-methods': allowedMethods,
    'access-control-allow-headers': allowedHeaders,
    'access-control-max-age': String(preflightMaxAgeSeconds),
  }
}

/** What an answer to a preflight depends on. */
export const preflightVary = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'

function allowOrigin(grant: CorsGrant): HeaderRecord {
  return {
    'access-control-allow-origin': grant.origin,
    ...(grant.credentials && { 'access-control-allow-credentials': 'true' }),
  }
}
