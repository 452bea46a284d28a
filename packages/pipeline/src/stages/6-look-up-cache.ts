/**
 * Stage 6: a stored answer that is fresh ends the exchange here. On a hit nothing is sent anywhere.
 */

import type { KeyObject } from 'node:crypto'
import { answerFromStore } from '../answering/answer-from-store.ts'
import { cacheKey } from '../caching/key.ts'
import { Finished, type Missed, type Prepared } from '../exchange.ts'
import type { CacheStore } from '../ports.ts'

interface Needs {
  readonly cache: CacheStore
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
  const key = cacheKey(prepared, ports.cacheKeySecret)
  const found = ports.cache.get(key)
  const stored = found instanceof Promise ? await found : found
  if (stored !== undefined && stored.policy.remainingMs() > 0) {
    return new Finished(answerFromStore(stored, prepared.call))
  }
  return { ...prepared, cache: { kind: 'keyed', key, forward: stored === undefined ? 'uri-miss' : 'stale' } }
}
