import type { CacheEntry, StoredAnswer, Ticket } from '../ports/ports.ts'
import type { Flight } from './coalescing.ts'

/** Where the answer to a request may lie, and why nowhere (`fwd` of RFC 9211). */
export type CachePlace =
  | { readonly kind: 'none'; readonly forward: 'method' | 'bypass' }
  | { readonly kind: 'keyed'; readonly entry: CacheEntry }

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

/** What the cache has to do with an exchange that goes forward. */
export type CachePlan = Extract<CachePlace, { readonly kind: 'none' }> | KeyedPlan
