import { ProblemError } from '@sluice/connector-schema'
import { createTenantMemory } from '../memory/tenant-memory.ts'
import type { Clock } from '../ports/ports.ts'

/** Keeps a failing endpoint from being asked again at once, key by key. */
export interface BackOff {
  /** @throws ProblemError the last failure, while it is too early to ask again */
  check(at: BackOffKey): void
  /** Runs one exchange; a failure begins or doubles the wait, a success ends it. */
  watch<Result>(at: BackOffKey, work: () => Promise<Result>): Promise<Result>
}

/** A token, and whose it is. */
export interface BackOffKey {
  readonly tenantId: string
  readonly key: string
}

interface Failure {
  readonly problem: ProblemError
  readonly waitMs: number
  /** Until then the endpoint is not asked. */
  readonly untilMs: number
  /** When the endpoint itself wants to be asked again, which may be later. */
  readonly invitedMs: number
}

const firstWaitMs = 1000
const longestWaitMs = 30_000
const maxKeys = 10_000

/** Creates the memory of a process's failures. */
export function createBackOff(clock: Clock): BackOff {
  const failures = createTenantMemory<Failure>({ maxEntries: maxKeys })
  return {
    check({ tenantId, key }) {
      const failure = failures.get(tenantId, key)
      if (failure === undefined) return
      const now = clock.monotonic()
      if (now >= failure.untilMs) return
      throw stillWaiting(failure.problem, Math.max(failure.untilMs, failure.invitedMs) - now)
    },
    async watch(at, work) {
      try {
        const result = await work()
        failures.delete(at.tenantId, at.key)
        return result
      } catch (error) {
        if (!(error instanceof ProblemError) || !isEndpointsFault(error)) throw error
        const waitMs = Math.min(
          (failures.get(at.tenantId, at.key)?.waitMs ?? firstWaitMs / 2) * 2,
          longestWaitMs,
        )
        const now = clock.monotonic()
        const invitedMs = now + Number(error.headers['retry-after'] ?? 0) * 1000
        // An endpoint is not asked before the time that it names, but none can put a connector out of order for long.
        const untilMs = Math.max(now + waitMs, Math.min(invitedMs, now + longestWaitMs))
        failures.set(at, { problem: error, waitMs, untilMs, invitedMs })
        throw error
      }
    },
  }
}

/** A key that cannot sign asks nobody, and a shutdown is no failure of the endpoint. */
function isEndpointsFault({ code }: ProblemError): boolean {
  return code === 'TOKEN_EXCHANGE_FAILED' || code === 'DESTINATION_NOT_ALLOWED'
}

function stillWaiting({ code, message, params }: ProblemError, leftMs: number): ProblemError {
  const seconds = Math.ceil(leftMs / 1000)
  return new ProblemError(code, {
    detail: `${message}. It is not asked again for ${seconds} s`,
    stage: 'authenticate',
    headers: { 'retry-after': String(seconds) },
    ...(params && { params }),
  })
}
