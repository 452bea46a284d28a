/** How slowly a caller may read, and how long a stream may last (spec: "Limits"). */
export interface DeliveryLimits {
  /** The least that a caller reads of what waits for it, in bytes a second … */
  readonly slowCallerBytesPerSecond: number
  /** … over at least so many milliseconds. */
  readonly slowCallerMs: number
  /** How long a caller may read nothing at all of what waits, in milliseconds. */
  readonly stalledCallerMs: number
  /** A streamed body in all, in milliseconds. */
  readonly streamMs: number
}

export const defaultDeliveryLimits: DeliveryLimits = {
  slowCallerBytesPerSecond: 1024,
  slowCallerMs: 60_000,
  stalledCallerMs: 30_000,
  streamMs: 30 * 60_000,
}
