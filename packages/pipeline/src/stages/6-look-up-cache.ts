/**
 * Stage 6: a stored answer that is fresh ends the exchange here, and so does another exchange's answer to the
 * same request. On a hit nothing is sent anywhere.
 */

import type { KeyObject } from 'node:crypto'
import { answerFromStore, type Reason } from '../answering/answer-from-store.ts'
import type { Flight, FlightOutcome, Flights } from '../caching/flights.ts'
import { isFresh } from '../caching/freshness.ts'
import { cacheKey } from '../caching/key.ts'
import { conditionsOf } from '../caching/revalidation.ts'
import { mayServeOnError, mayServeWhileRevalidating } from '../caching/stale.ts'
import { tagsOf } from '../caching/tags.ts'
import { Finished, type Missed, type Prepared } from '../exchange.ts'
import type { CacheEntry, CacheStore, Clock, StoredAnswer, Ticket } from '../ports.ts'

interface Needs {
  readonly cache: CacheStore
  readonly flights: Flights
  readonly clock: Clock
  readonly cacheKeySecret: KeyObject
}

/** The stage. */
export async function lookUpCache(prepared: Prepared, ports: Needs): Promise<Missed | Finished> {
  if (prepared.method !== 'GET' && prepared.method !== 'HEAD') {
    return { ...prepared, cache: { kind: 'none', forward: 'method' } }
  }
  if (!prepared.call.connector.definition.cache.enabled) {
    return { ...prepared, cache: { kind: 'none', forward: 'bypass' } }
  }
  const entry = entryOf(prepared, ports.cacheKeySecret)
  const { call } = prepared
  const given = (stored: StoredAnswer, reason: Reason) =>
    answerFromStore(stored, { call, reason, nowMs: ports.clock.now() })
  for (let waits = true; ; ) {
    const finding = ports.cache.find(entry)
    const { stored, ticket } = finding instanceof Promise ? await finding : finding
    if (stored !== undefined && isFresh(stored.freshness, ports.clock.now())) {
      return new Finished(given(stored, { kind: 'hit' }))
    }
    const beginning: Beginning = { prepared, entry, stored, ticket: ticket ?? {}, waits }
    const flight = waits ? flightFor(entry.key, ports) : undefined
    if (stored !== undefined && mayServeWhileRevalidating(stored, ports.clock.now())) {
      const refresh = flight === undefined ? begin(beginning, ports) : undefined
      return new Finished(given(stored, { kind: 'while-revalidating' }), refresh)
    }
    if (flight === undefined) return begin(beginning, ports)
    const outcome = await landing(flight, prepared, ports.clock)
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
  readonly prepared: Prepared
  readonly entry: CacheEntry
  readonly stored: StoredAnswer | undefined
  readonly ticket: Ticket
  /** Whether others may wait for it. */
  readonly waits: boolean
}

function entryOf(prepared: Prepared, keySecret: KeyObject): CacheEntry {
  let tags: readonly string[] | undefined
  return {
    key: cacheKey(prepared, keySecret),
    tags: () => {
      tags ??= tagsOf(prepared, keySecret)
      return tags
    },
  }
}

/** The request to wait for: one from before an invalidation would bring what was invalidated. */
function flightFor(key: string, { flights, cache }: Needs): Flight | undefined {
  if (flights.isKnownAlone(key)) return undefined
  const flight = flights.under(key)
  return flight !== undefined && cache.isCurrent(flight.ticket) ? flight : undefined
}

function begin({ prepared, entry, stored, ticket, waits }: Beginning, { flights }: Needs): Missed {
  const conditions = stored === undefined ? [] : conditionsOf(stored)
  const isShared = waits && !flights.isKnownAlone(entry.key)
  return {
    ...prepared,
    headers: conditions.length === 0 ? prepared.headers : [...prepared.headers, ...conditions],
    cache: {
      kind: 'keyed',
      entry,
      forward: stored === undefined ? 'uri-miss' : 'stale',
      ticket,
      stored,
      conditional: conditions.length > 0,
      flight: isShared ? flights.begin(entry.key, ticket) : undefined,
    },
  }
}

/** Longest wait for another's request: one that takes longer takes nobody with it. */
const patienceMs = 5000

async function landing(
  flight: Flight,
  { call }: Prepared,
  clock: Clock,
): Promise<FlightOutcome | { readonly kind: 'slow' }> {
  const landed = new AbortController()
  const stop = AbortSignal.any([call.signal, landed.signal])
  const waitMs = Math.min(patienceMs, call.connector.definition.timeout_ms)
  const slow = clock.sleep(waitMs, stop).then(() => ({ kind: 'slow' }) as const)
  try {
    return await Promise.race([flight.outcome, slow])
  } finally {
    landed.abort()
  }
}
