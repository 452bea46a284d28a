/** Where the answer to a request would lie: its key, or the reason why it has none. */
import type { KeyObject } from 'node:crypto'
import type { CachePlace } from '../caching/cache-lookup.ts'
import { cacheKey } from '../caching/key.ts'
import { tagsOf } from '../caching/tags.ts'
import type { CacheEntry } from '../ports/ports.ts'
import type { Placed, Prepared } from '../steps/exchange.ts'

interface Keys {
  readonly cacheKeySecret: KeyObject
  readonly invalidationKeys: readonly KeyObject[]
}

/** The step before stage 6. */
export function placeAnswer(prepared: Prepared, ports: Keys): Placed {
  return { ...prepared, place: placeOf(prepared, ports) }
}

function placeOf(prepared: Prepared, keys: Keys): CachePlace {
  if (prepared.method !== 'GET' && prepared.method !== 'HEAD') return { kind: 'none', forward: 'method' }
  if (!prepared.call.connector.definition.cache.enabled) return { kind: 'none', forward: 'bypass' }
  return { kind: 'keyed', entry: entryOf(prepared, keys) }
}

function entryOf(prepared: Prepared, { cacheKeySecret, invalidationKeys }: Keys): CacheEntry {
  const { connector } = prepared.call
  const { url } = prepared
  let tags: readonly string[] | undefined
  return {
    tenantId: connector.tenantId,
    key: cacheKey(prepared, cacheKeySecret),
    family: `${connector.tenantId} ${connector.permalink} ${connector.revision}`,
    tags: () => {
      tags ??= tagsOf({ connector, url }, invalidationKeys)
      return tags
    },
  }
}
