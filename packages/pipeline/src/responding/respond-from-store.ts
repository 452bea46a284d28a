import { ageSeconds, remainingMs, staleForSeconds } from '../caching/freshness.ts'
import { headerValue } from '../messages/header-list.ts'
import type { StoredAnswer } from '../ports/ports.ts'
import type { Answer, Call } from '../steps/exchange.ts'
import { cacheControlFor } from './cache-control.ts'

/** Why a stored answer is given. */
export type Reason =
  | { readonly kind: 'hit' }
  /** Another exchange asked at the same time. */
  | { readonly kind: 'collapsed'; readonly forward: 'uri-miss' | 'stale' }
  /** The API said that it still holds. */
  | { readonly kind: 'confirmed' }
  /** It is asked for anew meanwhile (RFC 5861 §3). */
  | { readonly kind: 'while-revalidating' }
  /** Asking for it failed (RFC 5861 §4); the status where the API gave one. */
  | { readonly kind: 'on-error'; readonly status: number | undefined }

/** A stored answer as it is sent now (RFC 9111 §4, RFC 9211). */
export function answerFromStore(
  stored: StoredAnswer,
  { call, reason, nowMs }: { readonly call: Call; readonly reason: Reason; readonly nowMs: number },
): Answer {
  const cacheControl = cacheControlFor(call.connector, {
    noStore: false,
    freshness: stored.freshness,
    shareable: true,
  })
  const headers: (readonly [string, string])[] = [...stored.headers, ['cache-control', cacheControl]]
  // RFC 9111 §5.1: its presence says that the API was not asked for this very request. What the API has just confirmed
  // has one only where a cache in front of the API did that.
  if (reason.kind !== 'confirmed' || headerValue(stored.said, 'age') !== undefined) {
    headers.push(['age', String(ageSeconds(stored.freshness, nowMs))])
  }
  return {
    status: stored.status,
    headers,
    body: call.connector.definition.method === 'HEAD' ? null : stored.body,
    cacheStatus: `sluice; ${described(reason, stored, nowMs)}`,
    headWaitMs: 0,
  }
}

function described(reason: Reason, { freshness }: StoredAnswer, nowMs: number): string {
  const staleTtl = () => -Math.ceil(staleForSeconds(freshness, nowMs))
  switch (reason.kind) {
    case 'hit':
      return `hit; ttl=${Math.floor(remainingMs(freshness, nowMs) / 1000)}`
    case 'collapsed':
      return `fwd=${reason.forward}; collapsed`
    case 'confirmed':
      return 'fwd=stale; fwd-status=304'
    case 'while-revalidating':
      return `hit; ttl=${staleTtl()}; detail=stale-while-revalidate`
    case 'on-error': {
      const status = reason.status === undefined ? '' : `; fwd-status=${reason.status}`
      return `fwd=stale${status}; ttl=${staleTtl()}; detail=stale-if-error`
    }
  }
}
