import {
  type CacheEntry,
  type CacheStore,
  type Clock,
  isFresh,
  type StoredAnswer,
  type Ticket,
} from '@sluice/pipeline'
import { type Marks, type MarksTaken, markOf } from './marks.ts'
import type { MemoryTier } from './memory-tier.ts'
import type { SharedFound, SharedTier } from './shared-tier.ts'

export interface CacheOptions {
  readonly memory: MemoryTier
  /** What lies behind the memory, where proxies share it. */
  readonly shared?: SharedTier | undefined
  readonly marks: Marks
  readonly clock: Clock
}

/** Taken when a request began: an answer is kept where nothing it depends on was invalidated since. */
class TakenTicket {
  readonly taken: MarksTaken
  /** What Redis said at that moment; absent where it could not be asked. */
  readonly shared: readonly string[] | undefined

  constructor(taken: MarksTaken, shared: readonly string[] | undefined) {
    this.taken = taken
    this.shared = shared
  }
}

/** The cache of a process: its memory, and Redis behind it where proxies share one. */
export function createCache({ memory, shared, marks, clock }: CacheOptions): CacheStore {
  const findShared = async (tier: SharedTier, entry: CacheEntry, near: StoredAnswer | undefined) => {
    const taken = marks.take(entry.tenantId, entry.tags())
    const found = await tier.find(entry.key, taken.names)
    const ticket = new TakenTicket(taken, found?.marks)
    const far = newer(found, near)
    if (far === undefined) return { stored: near, ticket }
    memory.set(entry, far.answer, { taken, forMs: far.keptForMs })
    return { stored: far.answer, ticket }
  }
  return {
    find(entry) {
      const near = memory.get(entry)
      if (near !== undefined && isFresh(near.freshness, clock.now()))
        return { stored: near, ticket: undefined }
      if (shared !== undefined) return findShared(shared, entry, near)
      return { stored: near, ticket: new TakenTicket(marks.take(entry.tenantId, entry.tags()), undefined) }
    },
    keep(entry, answer, { ticket, forMs }) {
      if (!(ticket instanceof TakenTicket) || !marks.isCurrent(ticket.taken)) return
      memory.set(entry, answer, { taken: ticket.taken, forMs })
      if (ticket.shared !== undefined) shared?.keep(entry.key, answer, { marks: ticket.shared, forMs })
    },
    forget(entry) {
      memory.delete(entry)
      shared?.forget(entry.key)
    },
    isCurrent: (ticket: Ticket) => ticket instanceof TakenTicket && marks.isCurrent(ticket.taken),
    invalidate(tags) {
      const names = tags.map(markOf)
      marks.invalidate(names)
      return shared?.invalidate(names)
    },
  }
}

/** Another proxy may have asked the API since. */
function newer(
  found: SharedFound | undefined,
  near: StoredAnswer | undefined,
): { readonly answer: StoredAnswer; readonly keptForMs: number } | undefined {
  const { answer, keptForMs = 0 } = found ?? {}
  if (answer === undefined) return undefined
  const isNewer = near === undefined || answer.freshness.receivedAtMs > near.freshness.receivedAtMs
  return isNewer ? { answer, keptForMs } : undefined
}
