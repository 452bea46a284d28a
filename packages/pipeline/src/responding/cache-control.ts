import type { CompiledConnector } from '../compile/compile-connector.ts'

interface Said {
  readonly noStore: boolean
  /** What is left of the lifetime for a browser; 0 where the API gave none. */
  readonly browserMs: number
  readonly shareable: boolean
}

/**
 * `Cache-Control` for the browser: `private` with what is left of the lifetime, `no-store` where the API said
 * so, `public` only where everybody gets the same answer.
 */
export function cacheControlFor(connector: CompiledConnector, said: Said): string {
  if (said.noStore) return 'no-store'
  const scope = connector.publicAnswer && said.shareable ? 'public' : 'private'
  return `${scope}, max-age=${Math.floor(said.browserMs / 1000)}`
}
