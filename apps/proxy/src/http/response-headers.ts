import { Readable } from 'node:stream'
import { type Answer, isEventStream, type Timings } from '@sluice/pipeline'
import type { CorsGrant } from '../tenant.ts'
import type { Arrival } from './arrival.ts'
import { corsHeaders } from './cors.ts'
import type { HeaderRecord } from './header-record.ts'
import { timingHeaders } from './timing-headers.ts'

/** What an answer depends on besides its URL. */
const vary = 'Authorization, Cookie, Origin, X-Path-Params, X-Header-Params'

/**
 * On every answer, the proxy's own as well: whatever a body contains, it does nothing on this origin.
 */
export const alwaysSet = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "sandbox; default-src 'none'",
  vary,
} as const satisfies HeaderRecord

/** What the server adds to an answer of the pipeline. */
export interface AnswerContext {
  readonly arrival: Arrival
  readonly answer: Answer
  readonly timings: Timings
  /** Since the request arrived. */
  readonly totalMs: number
  readonly grant: CorsGrant | undefined
  /** The fields of the proxy's own rate limit, where one applies. */
  readonly rateLimit: HeaderRecord | undefined
}

/** All headers of an answer, built once. */
export function answerHeaders({
  arrival,
  answer,
  timings,
  totalMs,
  grant,
  rateLimit,
}: AnswerContext): HeaderRecord {
  const { requestId } = arrival
  const timing = timingHeaders({ requestId, timings, totalMs, cacheHit: isHit(answer) })
  // First what every answer has: an object that begins alike each time is a fast one.
  const headers: Record<string, string> = {
    'x-content-type-options': alwaysSet['x-content-type-options'],
    'content-security-policy': alwaysSet['content-security-policy'],
    vary: alwaysSet.vary,
    'server-timing': timing['server-timing'],
    'x-connector-timing': timing['x-connector-timing'],
    'x-request-id': requestId,
    'cache-status': answer.cacheStatus,
  }
  for (const [name, value] of answer.headers) {
    if (ownFields.has(name) || (rateLimit !== undefined && upstreamLimitFields.has(name))) continue
    // `constructor` is a header name like any other, and what it inherits is no text.
    const former: unknown = headers[name]
    // Repeats of a field are one list (RFC 9110 §5.3).
    headers[name] = typeof former === 'string' ? `${former}, ${value}` : value
  }
  if (answer.status === 204 || answer.status === 205) delete headers['content-length']
  // nginx and its kin hold a response back until it fills their buffers; the events of a stream are to be seen as they come.
  if (answer.body instanceof Readable && isEventStream(answer.headers)) headers['x-accel-buffering'] = 'no'
  if (rateLimit !== undefined) Object.assign(headers, rateLimit)
  return grant === undefined ? headers : Object.assign(headers, corsHeaders(grant, headers))
}

/** What the proxy says itself, whatever an answer says. */
const ownFields: ReadonlySet<string> = new Set([
  ...Object.keys(alwaysSet),
  'server-timing',
  'x-connector-timing',
  'x-request-id',
  'cache-status',
])

/** Whether nothing was sent for the answer. */
function isHit(answer: Answer): boolean {
  return answer.cacheStatus.startsWith('sluice; hit')
}

/** Where the proxy has a limit of its own, the API's would only contradict it. */
const upstreamLimitFields: ReadonlySet<string> = new Set([
  'ratelimit',
  'ratelimit-policy',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
])
