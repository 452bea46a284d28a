/**
 * Stage 6: a stored answer that is fresh ends the exchange here, and so does another exchange's answer to the
 * same request. On a hit nothing is sent anywhere.
 */

import type { Flight, FlightOutcome, Flights } from '../caching/coalescing.ts'
import { isFresh } from '../caching/freshness.ts'
import { conditionsOf } from '../caching/revalidation.ts'
import { mayServeOnError, mayServeWhileRevalidating } from '../caching/stale.ts'
import type { CacheEntry, CacheStore, Clock, Found, StoredAnswer } from '../ports/ports.ts'
import { answerFromStore, type Reason } from '../responding/respond-from-store.ts'
import { UpstreamBudget } from '../sending/upstream-budget.ts'
import { type Answer, Finished, type Missed, type Placed } from '../steps/exchange.ts'
import { when } from '../steps/when.ts'

interface Needs {
  readonly cache: CacheStore
  readonly flights: Flights
  readonly clock: Clock
}

/** The stage. Gives no promise where what is in memory answers. */
export function lookUpCache(placed: Placed, ports: Needs): Missed | Finished | Promise<Missed | Finished> {
  const { place } = placed
  if (place.kind === 'none') return { ...placed, cache: place, budget: new UpstreamBudget() }
  return search({ placed, entry: place.entry, waits: true, ports })
}

/** A look-up under way. */
interface Search {
  readonly placed: Placed
  readonly entry: CacheEntry
  /** Whether it waits for another's request, and others may wait for its own. */
  readonly waits: boolean
  readonly ports: Needs
}

function search(looking: Search): Missed | Finished | Promise<Missed | Finished> {
  return when(looking.ports.cache.find(looking.entry), (found) => decide(looking, found))
}

function decide(looking: Search, found: Found): Missed | Finished | Promise<Missed | Finished> {
  const { placed, entry, waits, ports } = looking
  const { stored } = found
  const nowMs = ports.clock.now()
  if (stored !== undefined && isFresh(stored.freshness, nowMs)) {
    return new Finished(given(looking, stored, { kind: 'hit' }))
  }
  const flight = waits ? flightFor(entry, ports) : undefined
  if (stored !== undefined && mayServeWhileRevalidating(stored, nowMs)) {
    const refresh = flight === undefined ? begin(looking, found) : undefined
    return new Finished(given(looking, stored, { kind: 'while-revalidating' }), refresh)
  }
  if (flight === undefined) return begin(looking, found)
  return landing(flight, placed, ports.clock).then(
    (outcome) =>
      afterLanding(looking, stored, outcome) ??
      // Whose caller went away is replaced by one of those who waited; after anything else nobody waits again.
      search({ ...looking, waits: outcome.kind === 'abandoned' }),
  )
}

function given({ placed, ports }: Search, stored: StoredAnswer, reason: Reason): Answer {
  return answerFromStore(stored, { call: placed.call, reason, nowMs: ports.clock.now() })
}

/** What another's request has brought for this one too. */
function afterLanding(
  looking: Search,
  stored: StoredAnswer | undefined,
  outcome: Landing,
): Finished | undefined {
  if (outcome.kind === 'stored') {
    const forward = stored === undefined ? 'uri-miss' : 'stale'
    return new Finished(given(looking, outcome.answer, { kind: 'collapsed', forward }))
  }
  if (outcome.kind !== 'failed' || stored === undefined) return undefined
  if (!mayServeOnError(stored, looking.ports.clock.now())) return undefined
  return new Finished(given(looking, stored, { kind: 'on-error', status: outcome.status }))
}

/** The request to wait for: one from before an invalidation would bring what was invalidated. */
function flightFor(entry: CacheEntry, { flights, cache }: Needs): Flight | undefined {
  if (flights.isKnownAlone(entry)) return undefined
  const flight = flights.under(entry.key)
  return flight !== undefined && cache.isCurrent(flight.ticket) ? flight : undefined
}

function begin({ placed, entry, waits, ports }: Search, { stored, ticket = {} }: Found): Missed {
  const { flights } = ports
  const conditions = stored === undefined ? [] : conditionsOf(stored)
  const isShared = waits && !flights.isKnownAlone(entry)
  return {
    ...placed,
    budget: new UpstreamBudget(),
    headers: conditions.length === 0 ? placed.headers : [...placed.headers, ...conditions],
    cache: {
      kind: 'keyed',
      entry,
      forward: stored === undefined ? 'uri-miss' : 'stale',
      ticket,
      stored,
      conditional: conditions.length > 0,
      flight: isShared ? flights.begin(entry, ticket) : undefined,
    },
  }
}

/** Longest wait for another's request: one that takes longer takes nobody with it. */
const patienceMs = 5000

type Landing = FlightOutcome | { readonly kind: 'slow' }

async function landing(flight: Flight, { call }: Placed, clock: Clock): Promise<Landing> {
  const landed = new AbortController()
  const stop = AbortSignal.any([call.ending.signal, landed.signal])
  const waitMs = Math.min(patienceMs, call.connector.definition.timeout_ms)
  const slow = clock.sleep(waitMs, stop).then(() => ({ kind: 'slow' }) as const)
  try {
    return await Promise.race([flight.outcome, slow])
  } finally {
    landed.abort()
  }
}
