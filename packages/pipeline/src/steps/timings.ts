import type { Clock } from '../ports/ports.ts'

/** What the time of an exchange is spent on. */
export type Part = 'setup' | 'transform' | 'auth' | 'cache' | 'external'

/** How long each part of an exchange took, in milliseconds. */
export interface Timings {
  readonly setupMs: number
  readonly transformMs: number
  readonly authMs: number
  readonly cacheMs: number
  readonly externalMs: number
  /** Until the last of them ended. */
  readonly totalMs: number
}

/** Adds up the parts of one exchange. */
export function timer(clock: Clock): {
  /** Ends a part; gives how long it took. */
  readonly took: (part: Part) => number
  readonly timings: () => Timings
} {
  const started = clock.monotonic()
  const spent = { setup: 0, transform: 0, auth: 0, cache: 0, external: 0 }
  let last = started
  return {
    took(part) {
      const now = clock.monotonic()
      const ms = now - last
      spent[part] += ms
      last = now
      return ms
    },
    timings: () => ({
      setupMs: spent.setup,
      transformMs: spent.transform,
      authMs: spent.auth,
      cacheMs: spent.cache,
      externalMs: spent.external,
      totalMs: last - started,
    }),
  }
}
