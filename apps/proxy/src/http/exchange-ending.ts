import { ProblemError } from '@sluice/connector-schema'
import type { Ending } from '@sluice/pipeline'
import { type Arrival, elapsedMs } from './arrival.ts'

/**
 * Ends an exchange: when the caller goes away before the answer is complete, or when the exchange's time is over, which
 * runs from the arrival of its request.
 *
 * A class, because an object literal with a getter is a new shape to V8 each time: that was a quarter of a hit.
 */
export class ExchangeEnding implements Ending {
  readonly #arrival: Arrival
  readonly #timeoutMs: number
  #signal: AbortSignal | undefined

  constructor(arrival: Arrival, timeoutMs: number) {
    this.#arrival = arrival
    this.#timeoutMs = timeoutMs
  }

  get signal(): AbortSignal {
    this.#signal ??= watch(this.#arrival, this.#timeoutMs)
    return this.#signal
  }
}

function watch(arrival: Arrival, timeoutMs: number): AbortSignal {
  const { outgoing } = arrival
  const controller = new AbortController()
  // Whoever left while the session was verified will never be heard of again.
  if (outgoing.destroyed) {
    controller.abort(callerGone())
    return controller.signal
  }
  const timer = setTimeout(
    () => controller.abort(timeOver(timeoutMs)),
    Math.max(0, timeoutMs - elapsedMs(arrival)),
  )
  outgoing.once('close', () => {
    clearTimeout(timer)
    if (!outgoing.writableFinished) controller.abort(callerGone())
  })
  return controller.signal
}

function timeOver(timeoutMs: number): ProblemError {
  return new ProblemError('UPSTREAM_TIMEOUT', {
    detail: `The whole exchange took longer than ${timeoutMs} ms.`,
  })
}

/** Nobody is there to read it; it stands in the log. */
export function callerGone(): ProblemError {
  return new ProblemError('INVALID_REQUEST', {
    detail: 'The caller went away before the answer was complete.',
  })
}
