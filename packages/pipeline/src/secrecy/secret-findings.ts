import type { Call } from '../steps/exchange.ts'

/** Hears of every response that held what its request was sent with, so that guessing can be ended. */
export interface SecretFindings {
  /** Called for each place; a call counts once. */
  found(call: Call): void
}
