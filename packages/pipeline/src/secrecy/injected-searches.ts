import { hash } from 'node:crypto'
import { createTenantMemory } from '../memory/tenant-memory.ts'
import { createInjectedSearch, type InjectedSearch } from './injected-search.ts'

/** The searches that a process remembers: most connectors send the same secrets each time. */
export interface InjectedSearches {
  /** The search for what was injected; `undefined` where nothing is long enough to be searched for. */
  for(tenantId: string, injected: readonly string[]): InjectedSearch | undefined
  /** Forgets everything of a tenant: one of its secrets has changed. */
  forget(tenantId: string): void
}

/** No longer than rendered credentials may stay in memory (spec/04). */
const lifeMs = 60_000
const maxSearches = 500
const maxBytes = 32 * 1024 * 1024

/** Creates what a process remembers of searches. */
export function createInjectedSearches(): InjectedSearches {
  const remembered = createTenantMemory<{ readonly search: InjectedSearch | undefined }>({
    maxEntries: maxSearches,
    maxBytes,
    bytesOf: ({ search }) => search?.bytes ?? 1,
    ttlMs: lifeMs,
  })
  return {
    for(tenantId, injected) {
      if (injected.length === 0) return undefined
      const key = digestOf(injected)
      const known = remembered.get(tenantId, key)
      if (known !== undefined) return known.search
      const search = createInjectedSearch(injected)
      remembered.set({ tenantId, key }, { search })
      return search
    },
    forget: (tenantId) => remembered.forget(tenantId),
  }
}

function digestOf(values: readonly string[]): string {
  // Lengths in front tell apart what would read the same in a row.
  return hash('sha256', values.map((value) => `${value.length}:${value}`).join(''), 'base64url')
}
