/**
 * Stage 6: a stored answer that is fresh ends the exchange here, and so does another exchange's answer to the
 * same request. On a hit nothing is sent anywhere.
 */
import { answerFromStore, type Reason } from '../answering/answer-from-store.ts'
import type { Flight, FlightOutcome, Flights } from '../caching/flights.ts'
import { isFresh } from '../caching/freshness.ts'
import { conditionsOf } from '../caching/revalidation.ts'
import { mayServeOnError, mayServeWhileRevalidating } from '../caching/stale.ts'
import { Finished, type Missed, type Placed } from '../exchange.ts'
import type { CacheEntry, CacheStore, Clock, Found, StoredAnswer, Ticket } from '../ports.ts'

interface Needs {
  readonly cache: CacheStore
  readonly flights: Flights
  readonly clock: Clock
}

/** The stage. Gives no promise where what is in memory answers. */
export function lookUpCache(placed: Placed, ports: Needs): Missed | Finished | Promise<Missed | Finished> {
  const { place } = placed
  if (place.kind === 'none') return { ...placed, cache: place }
  const found = ports.cache.find(place.entry)
  return (
    (found instanceof Promise ? undefined : hit(placed, found, ports)) ??
    findOrBegin({ placed, entry: place.entry, first: found }, ports)
  )
}

function hit({ call }: Placed, { stored }: Found, { clock }: Needs): Finished | undefined {
  const nowMs = clock.now()
  if (stored === undefined || !isFresh(stored.freshness, nowMs)) return undefined
  return new Finished(answerFromStore(stored, { call, reason: { kind: 'hit' }, nowMs }))
}

/** A look-up that goes on. */
interface Search {
  readonly placed: Placed
  readonly entry: CacheEntry
  readonly first: Found | Promise<Found>
}

async function findOrBegin({ placed, entry, first }: Search, ports: Needs): Promise<Missed | Finished> {
  const { call } = placed
  const given = (stored: StoredAnswer, reason: Reason) =>
    answerFromStore(stored, { call, reason, nowMs: ports.clock.now() })
  let finding = first
  for (let waits = true; ; finding = ports.cache.find(entry)) {
    const found = finding instanceof Promise ? await finding : finding
    const finished = hit(placed, found, ports)
    if (finished !== undefined) return finished
    const { stored, ticket } = found
    const beginning: Beginning = { placed, entry, stored, ticket: ticket ?? {}, waits }
    const flight = waits ? flightFor(entry, ports) : undefined
    if (stored !== undefined && mayServeWhileRevalidating(stored, ports.clock.now())) {
      const refresh = flight === undefined ? begin(beginning, ports) : undefined
      return new Finished(given(stored, { kind: 'while-revalidating' }), refresh)
    }
    if (flight === undefined) return begin(beginning, ports)
    const outcome = await landing(flight, placed, ports.clock)
    if (outcome.kind === 'stored') {
      const forward = stored === undefined ? 'uri-miss' : 'stale'
      return new Finished(given(outcome.answer, { kind: 'collapsed', forward }))
    }
    if (outcome.kind === 'failed' && stored !== undefined && mayServeOnError(stored, ports.clock.now())) {
      return new Finished(given(stored, { kind: 'on-error', status: outcome.status }))
    }
    // Whose caller went away is replaced by one of those who waited; after anything else nobody waits again.
    waits = outcome.kind === 'abandoned'
  }
}

/** A request about to begin. */
interface Beginning {
  readonly placed: Placed
  readonly entry: CacheEntry
  readonly stored: StoredAnswer | undefined
  readonly ticket: Ticket
  /** Whether others may wait for it. */
  readonly waits: boolean
}

/** The request to wait for: one from before an invalidation would bring what was invalidated. */
function flightFor(entry: CacheEntry, { flights, cache }: Needs): Flight | undefined {
  if (flights.isKnownAlone(entry)) return undefined
  const flight = flights.under(entry.key)
  return flight !== undefined && cache.isCurrent(flight.ticket) ? flight : undefined
}

function begin({ placed, entry, stored, ticket, waits }: Beginning, { flights }: Needs): Missed {
  const conditions = stored === undefined ? [] : conditionsOf(stored)
  const isShared = waits && !flights.isKnownAlone(entry)
  return {
    ...placed,
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

async function landing(
  flight: Flight,
  { call }: Placed,
  clock: Clock,
): Promise<FlightOutcome | { readonly kind: 'slow' }> {
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
