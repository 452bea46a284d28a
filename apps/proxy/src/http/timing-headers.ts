import type { ProblemError } from '@sluice/connector-schema'
import type { Timings } from '@sluice/pipeline'
import type { HeaderRecord } from './header-record.ts'

/** Timings of a call that never entered the pipeline. */
export const noTimings: Timings = {
  setupMs: 0,
  transformMs: 0,
  authMs: 0,
  cacheMs: 0,
  externalMs: 0,
  totalMs: 0,
}

/** What the timing headers tell. */
export interface TimingReport {
  readonly requestId: string
  readonly timings: Timings
  /** Since the request arrived. */
  readonly totalMs: number
  readonly cacheHit: boolean
  readonly problem?: ProblemError
}

/** `0.0` to `99.9`, for what most times are: writing a number costs more than finding it. */
const written = Array.from({ length: 1000 }, (_, tenths) => (tenths / 10).toFixed(1))

/** Milliseconds with one decimal. */
function oneDecimal(ms: number): string {
  return written[Math.round(ms * 10)] ?? ms.toFixed(1)
}

/**
 * `Server-Timing` (W3C) and `X-Connector-Timing`: milliseconds with one decimal. What the server did before the
 * pipeline began counts as set-up.
 */
export function timingHeaders({ requestId, timings, totalMs, cacheHit, problem }: TimingReport) {
  const setup = oneDecimal(timings.setupMs + Math.max(0, totalMs - timings.totalMs))
  const transform = oneDecimal(timings.transformMs)
  const auth = oneDecimal(timings.authMs)
  const cache = oneDecimal(timings.cacheMs)
  const external = oneDecimal(timings.externalMs)
  const total = oneDecimal(totalMs)
  const internal = oneDecimal(Math.max(0, totalMs - timings.externalMs))
  const failure = problem === undefined ? '' : failureFields(problem)
  // Written by hand: every value is a number, a code of our own table or a request id of safe characters.
  const breakdown = `{"setup_ms":${setup},"transform_ms":${transform},"auth_ms":${auth},"cache_ms":${cache},"http_request_ms":${external}}`
  return {
    'server-timing': `setup;dur=${setup}, transform;dur=${transform}, auth;dur=${auth}, cache;dur=${cache}, external;dur=${external}, total;dur=${total}`,
    'x-connector-timing': `{"request_id":"${requestId}","total_ms":${total},"internal_ms":${internal},"external_ms":${external},"breakdown":${breakdown},"cache_hit":${cacheHit}${failure}}`,
  } satisfies HeaderRecord
}

function failureFields(problem: ProblemError): string {
  const timeout = problem.code === 'UPSTREAM_TIMEOUT' ? ',"timeout":true' : ''
  return `${timeout},"error":"${problem.code}"`
}
