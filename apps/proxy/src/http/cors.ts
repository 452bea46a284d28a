import type { IncomingMessage } from 'node:http'
import { headerNamePattern, wireHeaders } from '@sluice/connector-schema'
import { type CorsGrant, grantOf, type Tenant, type TenantRegistry } from '../tenant.ts'
import type { HeaderRecord } from './header-record.ts'

/** Seconds for which a browser may remember a preflight. */
const preflightMaxAgeSeconds = 600

const allowedMethods = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'

/** What a widget may send, and what monitoring scripts add to every call of a page; the latter is ignored. */
const allowedHeaders = [
  'authorization',
  'content-type',
  'idempotency-key',
  'if-none-match',
  'traceparent',
  'tracestate',
  'x-connector-digest',
  wireHeaders.csrfToken,
  wireHeaders.headerParams,
  wireHeaders.pathParams,
  wireHeaders.requestId,
  'baggage',
  'newrelic',
  'sentry-trace',
]

/** Families of monitoring headers. With credentials `*` would be a name like any other, so each name is repeated. */
const ignoredPrefixes = ['x-datadog-']

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

/** The headers of the response to a preflight that passes. */
export function preflightHeaders(grant: CorsGrant, incoming: IncomingMessage): HeaderRecord {
  return {
    ...allowOrigin(grant),
    'access-control-allow-methods': allowedMethods,
    'access-control-allow-headers': [...allowedHeaders, ...ignoredHeaders(incoming)].join(', '),
    'access-control-max-age': String(preflightMaxAgeSeconds),
  }
}

/** The monitoring headers that a preflight asks for. They come back in a response header, so only safe names do. */
function ignoredHeaders(incoming: IncomingMessage): readonly string[] {
  const asked = incoming.headers['access-control-request-headers'] ?? ''
  return asked
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter(
      (name) => headerNamePattern.test(name) && ignoredPrefixes.some((prefix) => name.startsWith(prefix)),
    )
}

/** What an answer to a preflight depends on. */
export const preflightVary = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'

function allowOrigin(grant: CorsGrant): HeaderRecord {
  return {
    'access-control-allow-origin': grant.origin,
    ...(grant.credentials && { 'access-control-allow-credentials': 'true' }),
  }
}
