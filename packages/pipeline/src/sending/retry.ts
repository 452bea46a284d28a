import { ProblemError } from '@sluice/connector-schema'
import { deltaSeconds } from '../caching/cache-control.ts'
import { parseHttpDate } from '../caching/http-date.ts'
import { headerValue } from '../messages/header-list.ts'
import type { UpstreamAnswer } from '../ports/ports.ts'

/** RFC 9110 §9.2.2. */
const idempotentMethods = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])
const retriedStatuses = new Set([429, 502, 503, 504])
const firstPauseMs = 100

/** Whether requests of this method may be sent more than once. */
export function isIdempotent(method: string): boolean {
  return idempotentMethods.has(method)
}

/** What a pause depends on. */
interface Moment {
  /** How many attempts were made, from 1. */
  readonly attempt: number
  readonly nowMs: number
  /** A number from 0 up to 1. */
  readonly random: number
}

/**
 * How long to wait before the next attempt, in milliseconds; `undefined` where there is no point in one. `Retry-After`
 * only ever lengthens the back-off: a date gone by, or a value that is none (RFC 9110 §10.2.3), changes nothing.
 */
export function pauseBeforeRetry(
  outcome: UpstreamAnswer | ProblemError,
  { attempt, nowMs, random }: Moment,
): number | undefined {
  // 100 ms, doubling, ± 20 %, so that those who failed together do not come back together.
  const backOffMs = Math.round(firstPauseMs * 2 ** (attempt - 1) * (0.8 + 0.4 * random))
  if (outcome instanceof ProblemError) return outcome.code === 'UPSTREAM_UNREACHABLE' ? backOffMs : undefined
  if (!retriedStatuses.has(outcome.status)) return undefined
  return Math.max(backOffMs, retryAfterMs(headerValue(outcome.headers, 'retry-after'), nowMs))
}

function retryAfterMs(value: string | undefined, nowMs: number): number {
  const seconds = deltaSeconds(value)
  if (seconds !== undefined) return seconds * 1000
  return (parseHttpDate(value, nowMs) ?? nowMs) - nowMs
}
