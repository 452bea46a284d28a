/** Where the answer to a request would lie: its key, or the reason why it has none. */
import type { KeyObject } from 'node:crypto'
import type { CachePlace } from '../caching/cache-lookup.ts'
import { cacheKey } from '../caching/key.ts'
import { tagsOf } from '../caching/tags.ts'
import type { CacheEntry } from '../ports/ports.ts'
import type { Placed, Prepared } from '../steps/exchange.ts'

/** The step before stage 6. */
export function placeAnswer(prepared: Prepared, ports: { readonly cacheKeySecret: KeyObject }): Placed {
  return { ...prepared, place: placeOf(prepared, ports.cacheKeySecret) }
}

function placeOf(prepared: Prepared, keySecret: KeyObject): CachePlace {
  if (prepared.method !== 'GET' && prepared.method !== 'HEAD') return { kind: 'none', forward: 'method' }
  if (!prepared.call.connector.definition.cache.enabled) return { kind: 'none', forward: 'bypass' }
  return { kind: 'keyed', entry: entryOf(prepared, keySecret) }
}

function entryOf(prepared: Prepared, keySecret: KeyObject): CacheEntry {
  const { connector } = prepared.call
  const { url } = prepared
  let tags: readonly string[] | undefined
  return {
    key: cacheKey(prepared, keySecret),
    family: `${connector.tenantId} ${connector.permalink} ${connector.revision}`,
    tags: () => {
      tags ??= tagsOf({ connector, url }, keySecret)
      return tags
    },
  }
}
