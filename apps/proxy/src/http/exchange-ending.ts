import { ProblemError } from '@sluice/connector-schema'
import type { Ending } from '@sluice/pipeline'
import { type Arrival, elapsedMs } from './arrival.ts'
import { callerGone } from './caller-fault.ts'

/**
 * Ends an exchange: when the caller goes away before the response is complete, or when the exchange's time is over, which
 * runs from the arrival of its request.
 *
 * A class, because an object literal with a getter is a new shape to V8 each time: that was a quarter of a hit.
 */
export class ExchangeEnding implements Ending {
  readonly #arrival: Arrival
  readonly #timeoutMs: number
  #controller: AbortController | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(arrival: Arrival, timeoutMs: number) {
    this.#arrival = arrival
    this.#timeoutMs = timeoutMs
  }

  get signal(): AbortSignal {
    this.#controller ??= this.#watch()
    return this.#controller.signal
  }

  /** The response has begun and streams: from here on its time is another one, of the stream in all. */
  beginStream(streamMs: number): void {
    if (this.#controller === undefined || this.#arrival.outgoing.destroyed) return
    this.#endAfter(streamMs, this.#controller)
  }

  #watch(): AbortController {
    const { outgoing } = this.#arrival
    const controller = new AbortController()
    // A caller that left while its session was verified does not come back.
    if (outgoing.destroyed) {
      controller.abort(callerGone())
      return controller
    }
    this.#endAfter(this.#timeoutMs, controller)
    outgoing.once('close', () => {
      clearTimeout(this.#timer)
      if (!outgoing.writableFinished) controller.abort(callerGone())
    })
    return controller
  }

  #endAfter(limitMs: number, controller: AbortController): void {
    clearTimeout(this.#timer)
    const leftMs = Math.max(0, limitMs - elapsedMs(this.#arrival))
    this.#timer = setTimeout(() => controller.abort(timeOver(limitMs)), leftMs)
  }
}

function timeOver(timeoutMs: number): ProblemError {
  return new ProblemError('UPSTREAM_TIMEOUT', {
    detail: `The whole exchange took longer than ${timeoutMs} ms.`,
  })
}
