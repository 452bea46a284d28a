/**
 * What a process remembers, bounded in all and shared out among tenants: while there is room a tenant may use all of
 * it, and when there is none, what goes is the least recently used of a tenant that has more than its share. So no
 * tenant's calls push out what another has within its share.
 */
import { LRUCache } from 'lru-cache'

/** A bounded memory of a process. */
export interface TenantMemory<Value extends object | number> {
  get(tenantId: string, key: string): Value | undefined
  /** @param ttlMs - how long at most; the memory's own lifetime where absent */
  set(at: { readonly tenantId: string; readonly key: string }, value: Value, ttlMs?: number): void
  delete(tenantId: string, key: string): void
  /** Forgets everything of a tenant. */
  forget(tenantId: string): void
  /** Entries of all tenants. */
  readonly size: number
}

export interface TenantMemoryOptions<Value> {
  /** Of all tenants together. */
  readonly maxEntries: number
  /** Of all tenants together; needs `bytesOf`. */
  readonly maxBytes?: number
  readonly bytesOf?: (value: Value, key: string) => number
  /** How long an entry lives; it is gone from memory then, whether or not somebody asks for it. */
  readonly ttlMs?: number
  /** Told of each entry that is gone or was replaced. */
  readonly onDrop?: (value: Value, key: string) => void
}

/** The longest time that a timer of Node can wait: `setTimeout` of more ends at once. */
const longestTtlMs = 2 ** 31 - 2

interface Share<Value extends object | number> {
  readonly lru: LRUCache<string, Value>
  entries: number
  bytes: number
}

/** As `lru-cache` takes it, to which 0 would mean for ever. */
function lifetime(ttlMs: number): number {
  return Math.min(Math.max(1, Math.ceil(ttlMs)), longestTtlMs)
}

/** Creates an empty memory. */
export function createTenantMemory<Value extends object | number>(
  options: TenantMemoryOptions<Value>,
): TenantMemory<Value> {
  const { maxEntries, maxBytes = Number.POSITIVE_INFINITY, bytesOf = () => 0, ttlMs = 0, onDrop } = options
  const shares = new Map<string, Share<Value>>()
  const total = { entries: 0, bytes: 0 }

  function count(share: Share<Value>, entries: number, bytes: number): void {
    for (const one of [share, total]) {
      one.entries += entries
      one.bytes += bytes
    }
  }

  function openShare(tenantId: string): Share<Value> {
    const share: Share<Value> = {
      entries: 0,
      bytes: 0,
      lru: new LRUCache<string, Value>({
        // Bounded below. A `max` would take the memory for so many entries from the start, for each tenant.
        maxSize: Number.MAX_SAFE_INTEGER,
        sizeCalculation: () => 1,
        ttl: ttlMs,
        ttlAutopurge: true,
        onInsert: (value, key) => count(share, 1, bytesOf(value, key)),
        dispose(value, key, reason) {
          count(share, -1, -bytesOf(value, key))
          if (share.entries === 0 && reason !== 'set') shares.delete(tenantId)
          onDrop?.(value, key)
        },
      }),
    }
    return share
  }

  /** Whose oldest entry goes: its own where the tenant has more than its share, else that of one who has. */
  function evicted(own: Share<Value>): Share<Value> {
    const measure = total.entries > maxEntries ? 'entries' : 'bytes'
    const fair = (measure === 'entries' ? maxEntries : maxBytes) / shares.size
    // Found without a search, which is what a tenant that writes without end comes to.
    if (own[measure] > fair) return own
    for (const share of shares.values()) if (share[measure] > fair) return share
    return own
  }

  return {
    get: (tenantId, key) => shares.get(tenantId)?.lru.get(key),
    set({ tenantId, key }, value, ownTtlMs) {
      // It would push out everything, and then go itself.
      if (bytesOf(value, key) > maxBytes) return void shares.get(tenantId)?.lru.delete(key)
      const share = shares.get(tenantId) ?? openShare(tenantId)
      share.lru.set(key, value, { ttl: ownTtlMs === undefined ? ttlMs : lifetime(ownTtlMs) })
      shares.set(tenantId, share)
      while (total.entries > maxEntries || total.bytes > maxBytes) evicted(share).lru.pop()
    },
    delete: (tenantId, key) => void shares.get(tenantId)?.lru.delete(key),
    forget: (tenantId) => shares.get(tenantId)?.lru.clear(),
    get size() {
      return total.entries
    },
  }
}
