import type { CompiledConnector } from '../compile/compile-connector.ts'
import type { Freshness } from '../ports/ports.ts'

interface Said {
  readonly noStore: boolean
  readonly freshness: Freshness
  readonly shareable: boolean
}

/**
 * `Cache-Control` for the browser: `private` with the whole lifetime, `no-store` where the API said so, `public` only
 * where everybody gets the same. What is gone of the lifetime is told by `Age`, which whoever reads it subtracts
 * (RFC 9111 §4.2.3): a shortened lifetime would be shortened twice.
 */
export function cacheControlFor(connector: CompiledConnector, said: Said): string {
  if (said.noStore) return 'no-store'
  const scope = connector.publicAnswer && said.shareable ? 'public' : 'private'
  return `${scope}, max-age=${Math.floor(said.freshness.browserLifetimeSeconds)}`
}
