import { hopByHopHeaders, ProblemError } from '@sluice/connector-schema'
import { type HeaderList, headerValue } from '../messages/header-list.ts'
import { resolveLocation } from '../messages/location.ts'

/** What never passes from an API to a widget (spec: "Response headers that never pass"), lower case. */
const refusedNames = new Set([
  ...hopByHopHeaders,
  // set by the proxy itself
  'x-request-id',
  'cache-status',
  'server-timing',
  'x-connector-timing',
  'x-connector-error',
  'x-connector-manifest',
  'x-upstream-location',
  'x-debug-request',
  'x-content-type-options',
  'cache-control',
  'age',
  'vary',
  // refused because they would act on the platform's origin, or tell about the API's machinery
  'set-cookie',
  'set-cookie2',
  'set-login',
  'server',
  'x-powered-by',
  'via',
  'alt-svc',
  'strict-transport-security',
  'x-frame-options',
  'clear-site-data',
  'refresh',
  'www-authenticate',
  'use-as-dictionary',
  'speculation-rules',
  'sourcemap',
  'x-sourcemap',
  'nel',
  'report-to',
  'reporting-endpoints',
  'accept-ch',
  'critical-ch',
  'activate-storage-access',
  'origin-agent-cluster',
  'permissions-policy',
  'referrer-policy',
  'content-location',
  'x-sendfile',
  'surrogate-control',
  'cdn-cache-control',
  'no-vary-search',
  'expires',
  'pragma',
  'location',
  // already undone
  'content-encoding',
])

/** What begins like this never passes either: each is a family of fields that browsers or front servers obey. */
const refusedPrefixes = [
  'proxy-',
  'access-control-',
  'cross-origin-',
  'content-security-policy',
  'service-worker-',
  'sec-session-',
  'attribution-reporting-',
  'x-accel-',
  'x-lighttpd-',
  'x-litespeed-',
  'x-reproxy-',
]
// One pattern: a loop over the list costs each header of each response several times as much.
const refusedPrefix = new RegExp(`^(?:${refusedPrefixes.join('|')})`)

/** Headers that describe the API's own bytes, which a transformed body is not. */
const bodyHeaders = new Set([
  'content-type',
  'content-length',
  'content-range',
  'accept-ranges',
  'etag',
  'last-modified',
  'content-md5',
])

function passes(name: string): boolean {
  return !refusedNames.has(name) && !refusedPrefix.test(name)
}

/** Everything but field-content of RFC 9110 §5.5. */
const notHeaderText = /[^\t\x20-\x7e\x80-\xff]/

/**
 * The headers of an API's answer that a widget may see; those that `Connection` names are between it and us.
 *
 * @throws ProblemError `UPSTREAM_PROTOCOL_ERROR` where one of them has a value that HTTP cannot carry
 */
export function passingHeaders(headers: HeaderList): (readonly [string, string])[] {
  const connection = headerValue(headers, 'connection')?.toLowerCase() ?? ''
  const named = connection === '' ? [] : connection.split(',').map((name) => name.trim())
  const passing = headers.filter(([name]) => passes(name) && !named.includes(name))
  if (passing.some(([, value]) => notHeaderText.test(value))) throw badHeader()
  return passing
}

function badHeader(): ProblemError {
  return new ProblemError('UPSTREAM_PROTOCOL_ERROR', {
    detail: 'The API answered with a header that cannot be passed on.',
    stage: 'transform-response',
  })
}

/** Takes out what described the API's own bytes. */
export function withoutBodyHeaders(headers: HeaderList): (readonly [string, string])[] {
  return headers.filter(([name]) => !bodyHeaders.has(name) && name !== 'digest' && !name.endsWith('-digest'))
}

/** A `Location` on the API's own origin, as path and query only; any other would name the upstream's host. */
export function upstreamLocation(headers: HeaderList, requestUrl: URL): string | undefined {
  const location = headerValue(headers, 'location')
  const url = location === undefined ? undefined : resolveLocation(location, requestUrl)
  // `//evil.example` would be another host to whoever resolves it.
  const isOwn = url?.origin === requestUrl.origin && !url.pathname.startsWith('//')
  return isOwn ? url.pathname + url.search : undefined
}
