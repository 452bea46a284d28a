import type { ProblemError } from '@sluice/connector-schema'
import type { CompiledConnector, Logger, Timings } from '@sluice/pipeline'
import type { Tenant } from '../tenant.ts'
import type { Arrival } from './arrival.ts'
import { isCallersFault } from './caller-fault.ts'
import { noteError } from './error-note.ts'

/** What is known of an exchange when it is over. */
export interface ExchangeRecord {
  readonly arrival: Arrival
  readonly tenant: Tenant | undefined
  readonly connector: CompiledConnector | undefined
  readonly status: number
  readonly timings: Timings
  /** Since the request arrived. */
  readonly totalMs: number
  readonly cacheStatus?: string
  readonly problem?: ProblemError
  /** Whether the answer reached its end. */
  readonly whole?: boolean
}

/** Writes the one line of an exchange: no body, no query, no header value. What is undefined is not written. */
export function logExchange(logger: Logger, record: ExchangeRecord): void {
  const { arrival, tenant, connector, status, timings, totalMs, problem, cacheStatus, whole = true } = record
  const fields = {
    request_id: arrival.requestId,
    tenant: tenant?.id,
    // Node knows a closed list of methods: it cannot hold a value of the caller's.
    method: arrival.incoming.method,
    connector: connector?.permalink,
    revision: connector?.revision,
    status,
    code: problem?.code,
    stage: problem?.stage,
    fault: problem !== undefined && isCallersFault(problem) ? 'caller' : undefined,
    cause: problem?.cause === undefined ? undefined : noteError(problem.cause),
    cache: cacheStatus,
    aborted: whole ? undefined : true,
    total_ms: rounded(totalMs),
    setup_ms: rounded(timings.setupMs),
    transform_ms: rounded(timings.transformMs),
    auth_ms: rounded(timings.authMs),
    cache_ms: rounded(timings.cacheMs),
    external_ms: rounded(timings.externalMs),
  }
  if (whole && problem?.code === 'INTERNAL_ERROR') logger.error(fields, 'exchange')
  else logger.info(fields, 'exchange')
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10
}
