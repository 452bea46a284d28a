import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { createInjectedSearch, type InjectedSearch } from './injected-search.ts'

/** The searches that a process remembers: most connectors send the same secrets each time. */
export interface InjectedSearches {
  /** The search for what was injected; `undefined` where nothing is long enough to be searched for. */
  for(injected: readonly string[]): InjectedSearch | undefined
}

/** No longer than rendered credentials may stay in memory (spec/04). */
const lifeMs = 60_000
const maxSearches = 500
const maxBytes = 32 * 1024 * 1024

/** Creates what a process remembers of searches. */
export function createInjectedSearches(): InjectedSearches {
  const remembered = new LRUCache<string, { readonly search: InjectedSearch | undefined }>({
    max: maxSearches,
    maxSize: maxBytes,
    sizeCalculation: ({ search }) => search?.bytes ?? 1,
    ttl: lifeMs,
    ttlAutopurge: true,
  })
  return {
    for(injected) {
      if (injected.length === 0) return undefined
      const id = digestOf(injected)
      const known = remembered.get(id)
      if (known !== undefined) return known.search
      const search = createInjectedSearch(injected)
      remembered.set(id, { search })
      return search
    },
  }
}

function digestOf(values: readonly string[]): string {
  // Lengths in front tell apart what would read the same in a row.
  return hash('sha256', values.map((value) => `${value.length}:${value}`).join(''), 'base64url')
}
