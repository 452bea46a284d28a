/**
 * The last step: keeps the answer where RFC 9111 and G5 allow it, and gives it its `Cache-Control` and
 * `Cache-Status`.
 */
import { cacheControlFor } from '../answering/cache-control.ts'
import { type Freshness, freshnessOf } from '../caching/freshness.ts'
import type { Answer, Transformed } from '../exchange.ts'
import { headerValue } from '../header-list.ts'
import { orRelease, readIfSmall } from '../payload.ts'
import type { CacheStore, Clock, Limits } from '../ports.ts'

interface Needs {
  readonly cache: CacheStore
  readonly clock: Clock
  readonly limits: Limits
}

/** The stage. */
export function store(transformed: Transformed, ports: Needs): Promise<Answer> {
  return orRelease(transformed.received.upstream.body, () => keep(transformed, ports))
}

async function keep(transformed: Transformed, ports: Needs): Promise<Answer> {
  const { received, status } = transformed
  const { connector } = received.call
  const { cache, upstream, method } = received
  const ttlSeconds = cache.kind === 'keyed' ? connector.definition.cache.ttl_seconds : undefined
  const freshness = freshnessOf({ method, status, headers: upstream.headers, ttlSeconds, clock: ports.clock })
  const storable = cache.kind === 'keyed' && freshness.storable && !connector.dependencies.timeInResponse
  const body = storable ? await smallBody(transformed, ports.limits) : transformed.body
  const stored = storable && (body === null || body instanceof Uint8Array)
  if (stored) {
    const answer = {
      status,
      headers: transformed.headers,
      body: body ?? new Uint8Array(),
      policy: freshness.policy,
    }
    // What a slow or failing store does is its own affair: the answer does not wait for it.
    void ports.cache.set(cache.key, answer, freshness.policy.remainingMs())
  }
  return {
    status,
    headers: [...transformed.headers, ['cache-control', browserCacheControl(transformed, freshness)]],
    body,
    cacheStatus: `sluice; fwd=${cache.forward}${stored ? '; stored' : ''}`,
  }
}

/** Reads a body that may be stored, unless it is too large: then it streams through. */
async function smallBody({ body, headers }: Transformed, limits: Limits): Promise<Transformed['body']> {
  const limit = limits.storedAnswerBytes
  if (body === null || body instanceof Uint8Array) return body
  const announced = Number(headerValue(headers, 'content-length') ?? 0)
  return announced > limit ? body : readIfSmall(body, limit)
}

function browserCacheControl({ received }: Transformed, { noStore, storable, policy }: Freshness): string {
  return cacheControlFor(received.call.connector, {
    noStore,
    browserMs: policy.browserMs(),
    shareable: storable,
  })
}
