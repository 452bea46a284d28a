import type { CacheStore, StoredAnswer } from '@sluice/pipeline'
import { LRUCache } from 'lru-cache'

const defaultMaxBytes = 64 * 1024 * 1024
const defaultMaxEntries = 10_000

/** What an entry weighs beside its body: key, policy, bookkeeping. */
const entryOverheadBytes = 1024

/** Bounds of the cache in memory. */
export interface MemoryCacheOptions {
  readonly maxBytes?: number
  readonly maxEntries?: number
}

/**
 * Stored answers in memory as live objects, least recently used out first. Nothing is serialised here; the tier
 * that proxies share will stand behind the same port.
 */
export function createMemoryCache(options: MemoryCacheOptions = {}): CacheStore {
  const entries = new LRUCache<string, StoredAnswer>({
    max: options.maxEntries ?? defaultMaxEntries,
    maxSize: options.maxBytes ?? defaultMaxBytes,
    sizeCalculation: bytesOf,
  })
  return {
    get: (key) => entries.get(key),
    set(key, answer, ttlMs) {
      entries.set(key, answer, { ttl: Math.max(1, Math.ceil(ttlMs)) })
      return undefined
    },
  }
}

function bytesOf(answer: StoredAnswer, key: string): number {
  let bytes = entryOverheadBytes + key.length + answer.body.byteLength
  for (const [name, value] of answer.headers) bytes += name.length + value.length
  return bytes
}
