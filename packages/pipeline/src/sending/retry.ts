import { ProblemError } from '@sluice/connector-schema'
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

/**
 * How long to wait before the next attempt, in milliseconds; `undefined` where there is no point in one.
 *
 * @param attempt - how many attempts were made, from 1
 */
export function pauseBeforeRetry(
  outcome: UpstreamAnswer | ProblemError,
  attempt: number,
  nowMs: number,
): number | undefined {
  const backOff = firstPauseMs * 2 ** (attempt - 1)
  if (outcome instanceof ProblemError) return outcome.code === 'UPSTREAM_UNREACHABLE' ? backOff : undefined
  if (!retriedStatuses.has(outcome.status)) return undefined
  return retryAfterMs(headerValue(outcome.headers, 'retry-after'), nowMs) ?? backOff
}

/** RFC 9110 §10.2.3: seconds or a date. */
function retryAfterMs(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined
  if (/^[0-9]{1,9}$/.test(value)) return Number(value) * 1000
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs)
}
