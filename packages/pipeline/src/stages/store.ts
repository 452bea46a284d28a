/**
 * The last step: keeps the answer where RFC 9111 and G5 allow it, lets go of what it makes invalid, and gives it
 * its `Cache-Control` and `Cache-Status`.
 */
import type { KeyObject } from 'node:crypto'
import type { KeyedPlan } from '../caching/cache-lookup.ts'
import type { Flights } from '../caching/coalescing.ts'
import { ageSeconds } from '../caching/freshness.ts'
import { invalidatedBy } from '../caching/invalidation.ts'
import { decisiveHeaders, withDate } from '../caching/revalidation.ts'
import { isErrorStatus } from '../caching/stale.ts'
import { tagsOfScope } from '../caching/tags.ts'
import { type HeaderList, headerValue } from '../messages/header-list.ts'
import { orRelease, readIfSmall } from '../messages/payload.ts'
import type { CacheStore, Clock, Limits, StoredAnswer } from '../ports/ports.ts'
import { cacheControlFor } from '../responding/cache-control.ts'
import { headWaitMs } from '../responding/head-wait.ts'
import type { Answer, Assessed, Received, Transformed } from '../steps/exchange.ts'
import { when } from '../steps/when.ts'

interface Needs {
  readonly cache: CacheStore
  readonly clock: Clock
  readonly limits: Limits
  readonly flights: Flights
  readonly invalidationKeys: readonly KeyObject[]
}

/** The stage. */
export function store(transformed: Transformed, ports: Needs): Answer | Promise<Answer> {
  const { received } = transformed
  return orRelease(received.upstream.body, () =>
    when(invalidate(received, ports), () => keep(transformed, ports)),
  )
}

function keep(transformed: Transformed, ports: Needs): Answer | Promise<Answer> {
  const { received, status, headers } = transformed
  const { cache: plan } = received
  const kept =
    plan.kind === 'keyed' ? keepUnder(plan, transformed, ports) : { body: transformed.body, stored: false }
  return when(kept, ({ body, stored }) => ({
    status,
    headers: [...headers, ...lifetimeHeaders(received, ports.clock)],
    body,
    cacheStatus: `sluice; fwd=${plan.forward}${stored ? '; stored' : ''}`,
    headWaitMs: headWaitMs({ ...transformed, body }),
  }))
}

/** Before the caller hears of its success: whatever it asks for next has to show it. */
function invalidate(received: Received, { cache, invalidationKeys }: Needs): undefined | Promise<void> {
  const scopes = invalidatedBy(received)
  if (scopes.length === 0) return undefined
  return cache.invalidate(scopes.flatMap((scope) => tagsOfScope(scope, invalidationKeys)))
}

interface Kept {
  readonly body: Transformed['body']
  readonly stored: boolean
}

function keepUnder(plan: KeyedPlan, transformed: Transformed, ports: Needs): Kept | Promise<Kept> {
  const { received, status } = transformed
  const { storable, freshness, keepMs } = received.evaluation
  const { connector } = received.call
  const notKept = (body: Transformed['body']): Kept => {
    plan.flight?.settle({ kind: 'alone' })
    // What the API says now holds; that it cannot say anything right now (5xx) makes nothing older wrong.
    // What another request has brought since an invalidation is newer than this.
    const isOver = plan.stored !== undefined && ports.cache.isCurrent(plan.ticket)
    if (isOver && !isErrorStatus(status)) ports.cache.forget(plan.entry)
    return { body, stored: false }
  }
  if (!storable) return notKept(transformed.body)
  // Those who wait go out as soon as it is clear that they cannot share.
  if (isTooLarge(transformed, ports.limits)) plan.flight?.settle({ kind: 'alone' })
  return when(smallBody(transformed, ports.limits), (body) => {
    if (body !== null && !(body instanceof Uint8Array)) return notKept(body)
    if (!ports.cache.isCurrent(plan.ticket)) return notKept(body)
    const answer: StoredAnswer = {
      status,
      headers: withDate(transformed.headers, received.receivedAtMs),
      body: body ?? new Uint8Array(),
      transformed: connector.responseBody !== undefined,
      said: decisiveHeaders(received.upstream.headers),
      freshness,
    }
    ports.cache.keep(plan.entry, answer, { ticket: plan.ticket, forMs: keepMs })
    plan.flight?.settle({ kind: 'stored', answer })
    ports.flights.stored(plan.entry)
    return { body, stored: true }
  })
}

/** Reads a body that may be stored, unless it is too large: then it streams through. */
function smallBody(
  transformed: Transformed,
  limits: Limits,
): Transformed['body'] | Promise<Transformed['body']> {
  const { body } = transformed
  if (body === null || body instanceof Uint8Array || isTooLarge(transformed, limits)) return body
  return readIfSmall(body, limits.storedAnswerBytes)
}

function isTooLarge({ body, headers }: Transformed, { storedAnswerBytes }: Limits): boolean {
  if (body === null) return false
  const length = body instanceof Uint8Array ? body.byteLength : headerValue(headers, 'content-length')
  return Number(length ?? 0) > storedAnswerBytes
}

/**
 * The whole lifetime, and the age of what came from a cache in front of the API. Nothing else has one here: an `Age` says
 * that the API did not make this for this request (RFC 9111 §5.1).
 */
function lifetimeHeaders({ call, evaluation, upstream }: Assessed, clock: Clock): HeaderList {
  const { noStore, storable, freshness } = evaluation
  const cacheControl = cacheControlFor(call.connector, { noStore, freshness, shareable: storable })
  if (noStore || headerValue(upstream.headers, 'age') === undefined) return [['cache-control', cacheControl]]
  return [
    ['cache-control', cacheControl],
    ['age', String(ageSeconds(freshness, clock.now()))],
  ]
}
