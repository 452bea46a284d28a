/**
 * Collapsing (RFC 9211 §2.7): concurrent misses of one key become one request, whose answer all get if it may
 * be shared. Nobody depends on another's luck: what a request cannot share, or does not live to share, sends the
 * others on their way.
 */
import type { Clock, StoredAnswer, Ticket } from '../ports.ts'

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

export interface Flights {
  /** The request that a caller may wait for. */
  under(key: string): Flight | undefined
  /** Whether answers of this key were found not to be shareable a moment ago: waiting for one would be in vain. */
  isKnownAlone(key: string): boolean
  /** Begins a request that others may wait for. */
  begin(key: string, ticket: Ticket): Flight
}

/** How long a key is remembered as one whose answers cannot be shared. */
const aloneMs = 30_000
const rememberedKeys = 10_000

/** Creates the flights of one process. */
export function createFlights(clock: Pick<Clock, 'monotonic'>): Flights {
  const flights = new Map<string, Flight>()
  const aloneUntil = new Map<string, number>()

  const remember = (key: string) => {
    aloneUntil.delete(key)
    aloneUntil.set(key, clock.monotonic() + aloneMs)
    const [oldest] = aloneUntil.keys()
    if (aloneUntil.size > rememberedKeys && oldest !== undefined) aloneUntil.delete(oldest)
  }

  return {
    under: (key) => flights.get(key),
    isKnownAlone(key) {
      const until = aloneUntil.get(key)
      if (until === undefined) return false
      if (clock.monotonic() < until) return true
      aloneUntil.delete(key)
      return false
    },
    begin(key, ticket) {
      const { promise, resolve } = Promise.withResolvers<FlightOutcome>()
      let landed = false
      const flight: Flight = {
        outcome: promise,
        ticket,
        settle(outcome) {
          if (landed) return
          landed = true
          if (flights.get(key) === flight) flights.delete(key)
          if (outcome.kind === 'alone') remember(key)
          if (outcome.kind === 'stored') aloneUntil.delete(key)
          resolve(outcome)
        },
      }
      flights.set(key, flight)
      return flight
    },
  }
}
