import { createTenantMemory } from '@sluice/pipeline'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import type { CallCount, CallCounters } from '../../ports/call-counters.ts'

/** More than any limit: whether a call passes is for its limit to say, of which several share a counter. */
export const mostCalls = 2_000_000

const defaultMaxCounters = 100_000

/** Creates counters in this process's memory, a bounded number, shared out among tenants. */
export function createMemoryCounters(maxCounters = defaultMaxCounters): CallCounters {
  const limiters = new Map<number, RateLimiterMemory>()
  // The library keeps what it counts until the window ends, however much that is: what is too much is taken out.
  const held = createTenantMemory<{ readonly drop: () => void }>({
    maxEntries: maxCounters,
    onDrop: ({ drop }) => drop(),
  })

  function limiterFor(seconds: number): RateLimiterMemory {
    const known = limiters.get(seconds)
    if (known !== undefined) return known
    const limiter = new RateLimiterMemory({ points: mostCalls, duration: seconds, keyPrefix: '' })
    limiters.set(seconds, limiter)
    return limiter
  }

  return {
    add({ tenantId, key, seconds }) {
      const limiter = limiterFor(seconds)
      const name = `${seconds} ${key}`
      if (held.get(tenantId, name) === undefined) {
        held.set({ tenantId, key: name }, { drop: () => void limiter.delete(key) }, seconds * 1000)
      }
      return limiter.consume(key).then(toCount, countOfRefusal)
    },
    async takeBack({ tenantId, key, seconds }) {
      if (held.get(tenantId, `${seconds} ${key}`) !== undefined) await limiterFor(seconds).reward(key)
    },
  }
}

/** What the library says of a counter, in our terms. */
export function toCount({ consumedPoints, msBeforeNext }: RateLimiterRes): CallCount {
  return { calls: consumedPoints, leftMs: msBeforeNext }
}

/** The library rejects where its own limit is passed, which is no failure here. */
export function countOfRefusal(refusal: unknown): CallCount {
  if (refusal instanceof RateLimiterRes) return toCount(refusal)
  throw refusal
}
