/**
 * Collapsing (RFC 9211 §2.7): concurrent misses of one key become one request, whose answer all get if it may
 * be shared. Nobody depends on another's luck: what a request cannot share, or does not live to share, sends the
 * others on their way.
 */
import { createTenantMemory } from '../memory/tenant-memory.ts'
import type { CacheEntry, Clock, StoredAnswer, Ticket } from '../ports/ports.ts'

/** What became of a request that others waited for. */
export type FlightOutcome =
  | { readonly kind: 'stored'; readonly answer: StoredAnswer }
  /** It cannot be shared: the others go out at once. */
  | { readonly kind: 'alone' }
  /** The API failed: whoever may be given something stale is. */
  | { readonly kind: 'failed'; readonly status: number | undefined }
  /** Its caller went away: one of the others takes its place. */
  | { readonly kind: 'abandoned' }

/** A request under way. */
export interface Flight {
  readonly outcome: Promise<FlightOutcome>
  readonly ticket: Ticket
  /** Tells whoever waits, once; what comes later changes nothing. */
  settle(outcome: FlightOutcome): void
}

/** Where the answer of a request would lie. */
export type FlightPlace = Pick<CacheEntry, 'tenantId' | 'key' | 'family'>

export interface Flights {
  /** The request that a caller may wait for. */
  under(key: string): Flight | undefined
  /**
   * Whether waiting would be in vain: answers of this key were found not to be shareable a moment ago, or the last
   * ones of its connector were, whatever their keys.
   */
  isKnownAlone(place: FlightPlace): boolean
  /** Begins a request that others may wait for. */
  begin(place: FlightPlace, ticket: Ticket): Flight
  /** An answer of a connector was stored, whoever waited for it. */
  stored(place: Pick<FlightPlace, 'tenantId' | 'family'>): void
}

/** How long a key, or a connector, is remembered as one whose answers cannot be shared. */
const aloneMs = 30_000
/** So many in a row, of different keys, make it a trait of the connector. */
const aloneInARow = 3
const remembered = 10_000

/** Creates the flights of one process. */
export function createFlights(clock: Pick<Clock, 'monotonic'>): Flights {
  const flights = new Map<string, Flight>()
  const aloneUntil = createTenantMemory<number>({ maxEntries: remembered })
  const aloneFamilies = createTenantMemory<{ readonly inARow: number; readonly untilMs: number }>({
    maxEntries: remembered,
  })

  function landedAlone({ tenantId, key, family }: FlightPlace): void {
    const untilMs = clock.monotonic() + aloneMs
    const isNew = aloneUntil.get(tenantId, key) === undefined
    aloneUntil.set({ tenantId, key }, untilMs)
    const inARow = aloneFamilies.get(tenantId, family)?.inARow ?? 0
    aloneFamilies.set({ tenantId, key: family }, { inARow: isNew ? inARow + 1 : inARow, untilMs })
  }

  return {
    under: (key) => flights.get(key),
    isKnownAlone({ tenantId, key, family }) {
      const now = clock.monotonic()
      if (now < (aloneUntil.get(tenantId, key) ?? now)) return true
      const known = aloneFamilies.get(tenantId, family)
      return known !== undefined && known.inARow >= aloneInARow && now < known.untilMs
    },
    begin(place, ticket) {
      const { promise, resolve } = Promise.withResolvers<FlightOutcome>()
      const { tenantId, key, family } = place
      let landed = false
      const flight: Flight = {
        outcome: promise,
        ticket,
        settle(outcome) {
          if (landed) return
          landed = true
          if (flights.get(key) === flight) flights.delete(key)
          if (outcome.kind === 'alone') landedAlone(place)
          if (outcome.kind === 'stored') {
            aloneUntil.delete(tenantId, key)
            aloneFamilies.delete(tenantId, family)
          }
          resolve(outcome)
        },
      }
      flights.set(key, flight)
      return flight
    },
    stored: ({ tenantId, family }) => aloneFamilies.delete(tenantId, family),
  }
}
