import type { CompiledConnector } from '../compile/compile-connector.ts'
import { headerValue } from '../messages/header-list.ts'
import type { Seen } from './seen.ts'

/** What the cache did in an exchange, and why. */
export interface CacheDecision {
  /** As in `Cache-Status`; `null` where the exchange did not come so far. */
  readonly status: string | null
  readonly reason: string
}

/** Says why an answer came from the cache, or why not, and whether it is kept. */
export function cacheDecision(connector: CompiledConnector, seen: Seen): CacheDecision {
  const { missed, received, answer, hit } = seen
  if (hit !== undefined) return { status: hit.cacheStatus, reason: whyStored(hit.cacheStatus) }
  if (missed === undefined) return { status: null, reason: 'The exchange ended before the cache was asked' }
  const status = answer?.cacheStatus ?? null
  if (missed.cache.kind === 'none') {
    const reason =
      missed.cache.forward === 'method'
        ? `Answers to ${connector.definition.method} are not cached`
        : 'The connector has `cache.enabled` set to false'
    return { status, reason }
  }
  const before =
    missed.cache.forward === 'stale' ? 'The stored answer is not fresh' : 'Nothing is stored for this request'
  if (received === undefined || answer === undefined) return { status, reason: before }
  if (answer.cacheStatus.includes('; stored')) return { status, reason: `${before}; the new answer is kept` }
  return {
    status,
    reason: `${before}; the new answer is not kept: ${whyNotKept(connector, received.upstream.headers)}`,
  }
}

/** Why what is stored was given. */
function whyStored(status: string): string {
  if (status.includes('fwd-status=304')) return 'The API was asked, and confirmed the stored answer'
  if (status.includes('stale-if-error')) return 'The API failed, and a stale answer may stand in'
  if (status.includes('stale-while-revalidate')) {
    return 'A stale answer may be given while the API is asked anew'
  }
  if (status.includes('collapsed')) return 'Another call was asking the same, and its answer may be shared'
  return 'A stored answer is fresh; nothing was sent'
}

function whyNotKept(
  { dependencies, definition }: CompiledConnector,
  headers: Parameters<typeof headerValue>[0],
): string {
  if (dependencies.timeInResponse) return 'the response template depends on the time'
  const control = headerValue(headers, 'cache-control')
  if (control !== undefined) return `the API said \`Cache-Control: ${control}\``
  const ttl = definition.cache.ttl_seconds
  if (headerValue(headers, 'expires') === undefined && ttl === undefined) {
    return 'the API gave it no lifetime, and the connector has no `cache.ttl_seconds`'
  }
  return 'its status, its headers or its length forbid it'
}
