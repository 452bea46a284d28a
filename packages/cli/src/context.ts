import type { Output } from './output.ts'

/** What every command gets from the process that runs it. */
export interface CommandContext {
  readonly output: Output
  /** Aborts when the process is asked to end. */
  readonly stop: AbortSignal
}
