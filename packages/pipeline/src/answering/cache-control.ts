import type { CompiledConnector } from '../compile-connector.ts'

interface Said {
  readonly noStore: boolean
  /** What is left of the lifetime; 0 where the API gave none or forbids shared storing. */
  readonly remainingMs: number
  readonly shareable: boolean
}

/**
 * `Cache-Control` for the browser: `private` with what is left of the lifetime, `no-store` where the API said
 * so, `public` only where everybody gets the same answer.
 */
export function cacheControlFor(connector: CompiledConnector, said: Said): string {
  if (said.noStore) return 'no-store'
  const scope = connector.publicAnswer && said.shareable ? 'public' : 'private'
  return `${scope}, max-age=${Math.floor(said.remainingMs / 1000)}`
}
