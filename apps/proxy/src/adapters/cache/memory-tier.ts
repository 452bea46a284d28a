import { createTenantMemory, type StoredAnswer } from '@sluice/pipeline'
import type { Marks, MarksTaken } from './marks.ts'

const defaultMaxBytes = 64 * 1024 * 1024
const defaultMaxEntries = 10_000

/** What an entry weighs beside its body and headers: key, numbers, bookkeeping. */
const entryOverheadBytes = 1024

/** Bounds of the cache in memory. */
export interface MemoryTierOptions {
  /** Bodies, headers and bookkeeping of all answers; 64 MiB by default. */
  readonly maxBytes?: number | undefined
  /** 10,000 by default. */
  readonly maxEntries?: number | undefined
}

/** Bounds of what a process stores. */
export interface CacheBounds extends MemoryTierOptions {
  /** The largest answer that is stored; 1 MiB by default. */
  readonly maxAnswerBytes?: number | undefined
}

/** Under what a response is stored, and whose it is. */
export interface MemoryKey {
  readonly tenantId: string
  readonly key: string
}

/**
 * Stored responses in memory as live objects, shared out among tenants, least recently used out first. Nothing is
 * serialised here.
 */
export interface MemoryTier {
  get(at: MemoryKey): StoredAnswer | undefined
  set(at: MemoryKey, answer: StoredAnswer, kept: { readonly taken: MarksTaken; readonly forMs: number }): void
  delete(at: MemoryKey): void
}

interface Entry {
  readonly answer: StoredAnswer
  readonly taken: MarksTaken
}

/** Creates an empty tier. */
export function createMemoryTier(marks: Marks, options: MemoryTierOptions = {}): MemoryTier {
  const entries = createTenantMemory<Entry>({
    maxEntries: options.maxEntries ?? defaultMaxEntries,
    maxBytes: options.maxBytes ?? defaultMaxBytes,
    bytesOf: ({ answer }, key) => bytesOf(answer, key),
  })
  return {
    get({ tenantId, key }) {
      const entry = entries.get(tenantId, key)
      if (entry === undefined) return undefined
      if (marks.isCurrent(entry.taken)) return entry.answer
      entries.delete(tenantId, key)
      return undefined
    },
    set({ tenantId, key }, answer, { taken, forMs }) {
      if (!marks.isCurrent(taken)) return
      entries.set({ tenantId, key }, { answer: { ...answer, body: alone(answer.body) }, taken }, forMs)
    },
    delete: ({ tenantId, key }) => entries.delete(tenantId, key),
  }
}

/** A small buffer is a part of a larger one, all of which would stay in memory uncounted. */
function alone(body: Uint8Array): Uint8Array {
  return body.byteLength === body.buffer.byteLength ? body : new Uint8Array(body)
}

function bytesOf(answer: StoredAnswer, key: string): number {
  let bytes = entryOverheadBytes + key.length + answer.body.byteLength
  for (const [name, value] of [...answer.headers, ...answer.said]) bytes += name.length + value.length
  return bytes
}
