import type { Clock } from '@sluice/pipeline'
import { createLocalJWKSet } from 'jose'
import type { FetchKeySet } from './fetch-key-set.ts'

/** The keys of an issuer cannot be fetched at the moment: nothing is said of the token. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable'
}

/** A set that was fetched is not fetched again for so long, whatever key tokens name. */
const intervalMs = 30_000
/** After a failure: at first so long, doubled with each, or every bad token would become a request. */
const firstPauseMs = 1000

/**
 * The text of one key set, fetched no more often than an issuer can bear: meanwhile the one that is there is given
 * again, or the failure.
 */
export function createPacedKeySet(
  url: URL,
  { clock, fetch }: { readonly clock: Clock; readonly fetch: FetchKeySet },
): () => Promise<string> {
  let found: { readonly text: string; readonly atMs: number } | undefined
  let failed: { readonly error: KeysUnavailable; readonly untilMs: number } | undefined
  let pauseMs = firstPauseMs

  return async () => {
    const now = clock.monotonic()
    // guard: paced-key-sets (apps/proxy/src/adapters/session/verify-session.test.ts)
    if (found !== undefined && now - found.atMs < intervalMs) return found.text
    // guard: paced-failures (apps/proxy/src/adapters/session/verify-session.test.ts)
    if (failed !== undefined && now < failed.untilMs) throw failed.error
    try {
      const text = await fetch(url)
      createLocalJWKSet(JSON.parse(text))
      found = { text, atMs: now }
      failed = undefined
      pauseMs = firstPauseMs
      return text
    } catch (cause) {
      const error = new KeysUnavailable('The key set cannot be fetched', { cause })
      failed = { error, untilMs: clock.monotonic() + pauseMs }
      pauseMs = Math.min(pauseMs * 2, intervalMs)
      throw error
    }
  }
}
