import type { CacheEntry, StoredAnswer, Ticket } from '../ports.ts'
import type { Flight } from './flights.ts'

/** A request for an answer that may be stored. */
export interface KeyedPlan {
  readonly kind: 'keyed'
  readonly entry: CacheEntry
  readonly forward: 'uri-miss' | 'stale'
  readonly ticket: Ticket
  /** What is there already and not fresh. */
  readonly stored: StoredAnswer | undefined
  /** Whether the request asks if that still holds. */
  readonly conditional: boolean
  /** Who waits for this request; absent where nobody does. */
  readonly flight: Flight | undefined
}

/** What the cache has to do with an exchange, and why the request goes forward (`fwd` of RFC 9211). */
export type CachePlan = { readonly kind: 'none'; readonly forward: 'method' | 'bypass' } | KeyedPlan
