import type { ServerResponse } from 'node:http'
import type { DeliveryLimits } from './delivery-limits.ts'
import { cutConnection } from './write-response.ts'

/**
 * Watches what waits to be read by a caller. What waits has as long as it takes at the least speed that is allowed, and
 * `slowCallerMs` at least: whoever has not read it by then was slower than that all the while.
 */
export class DeliveryWatch {
  readonly #outgoing: ServerResponse
  readonly #limits: DeliveryLimits
  readonly #onSlow: () => void
  #timer: NodeJS.Timeout | undefined

  constructor(outgoing: ServerResponse, limits: DeliveryLimits, onSlow: () => void) {
    this.#outgoing = outgoing
    this.#limits = limits
    this.#onSlow = onSlow
  }

  /** Bytes wait from here on. */
  begin(): void {
    const { slowCallerMs, slowCallerBytesPerSecond } = this.#limits
    const atLeastSpeedMs = (this.#outgoing.writableLength / slowCallerBytesPerSecond) * 1000
    clearTimeout(this.#timer)
    this.#timer = setTimeout(this.#onSlow, Math.max(slowCallerMs, atLeastSpeedMs))
  }

  /** Nothing waits any more. */
  end(): void {
    clearTimeout(this.#timer)
  }
}

/**
 * Watches a whole response of which something still waits, which is rare: most go out at once. A caller that does not
 * read it is cut, and told of once.
 */
export function watchUnread(outgoing: ServerResponse, limits: DeliveryLimits, onCut: () => void): void {
  // Behind the responses to earlier requests it waits for them.
  if (outgoing.writableLength === 0 || outgoing.socket === null) return
  const cut = () => {
    if (outgoing.writableLength === 0 || outgoing.destroyed) return
    onCut()
    cutConnection(outgoing)
  }
  const watch = new DeliveryWatch(outgoing, limits, cut)
  watch.begin()
  // Nothing was read for as long as the server allows.
  outgoing.on('timeout', cut)
  outgoing.once('close', () => watch.end())
}
