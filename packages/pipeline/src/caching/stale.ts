import { ProblemError } from '@sluice/connector-schema'
import type { StoredAnswer } from '../ports/ports.ts'
import { staleForSeconds } from './freshness.ts'

/** RFC 5861 §4. */
const errorStatuses = new Set([500, 502, 503, 504])

/** What stands in the way of an answer and lies with the API, or with the way to it. */
const errorCodes = new Set<string>([
  'UPSTREAM_UNREACHABLE',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_PROTOCOL_ERROR',
  'TOKEN_EXCHANGE_FAILED',
  'OVERLOADED',
])

/** Whether an API's answer is one that something stale may stand in for. */
export function isErrorStatus(status: number): boolean {
  return errorStatuses.has(status)
}

/** Whether a failure is one that something stale may stand in for. */
export function isApiFailure(error: unknown): error is ProblemError {
  return error instanceof ProblemError && errorCodes.has(error.code)
}

/** Whether an answer may be given although it is stale, while it is asked for anew. */
export function mayServeWhileRevalidating({ freshness }: StoredAnswer, nowMs: number): boolean {
  const { staleWhileRevalidateSeconds } = freshness
  return staleWhileRevalidateSeconds > 0 && staleForSeconds(freshness, nowMs) < staleWhileRevalidateSeconds
}

/** Whether an answer may be given although it is stale, when asking for it failed. */
export function mayServeOnError({ freshness }: StoredAnswer, nowMs: number): boolean {
  const { staleIfErrorSeconds } = freshness
  return staleIfErrorSeconds > 0 && staleForSeconds(freshness, nowMs) < staleIfErrorSeconds
}
