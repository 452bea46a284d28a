import type { IncomingMessage } from 'node:http'
import { ProblemError } from '@sluice/connector-schema'
import type { CompiledConnector } from '@sluice/pipeline'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import type { HeaderRecord } from './header-record.ts'
import type { Caller } from './session.ts'

/** Counts calls against the connectors' `rate_limit`. */
export interface RateLimits {
  /**
   * Counts one call.
   *
   * @returns the fields that tell the caller what is left, or `undefined` where the connector has no limit.
   * @throws ProblemError `RATE_LIMITED`
   */
  count(
    incoming: IncomingMessage,
    caller: Caller,
    connector: CompiledConnector,
  ): undefined | Promise<HeaderRecord>
}

type Limit = NonNullable<CompiledConnector['definition']['rate_limit']>

/** Creates counters in this process's memory. */
export function createRateLimits(): RateLimits {
  // By limit, not by connector: an edit that leaves the limit alone gives nobody a fresh window.
  const limiters = new Map<string, RateLimiterMemory>()

  function limiterOf({ requests, per_seconds }: Limit): RateLimiterMemory {
    const name = `${requests}/${per_seconds}`
    const known = limiters.get(name)
    if (known !== undefined) return known
    const limiter = new RateLimiterMemory({ points: requests, duration: per_seconds })
    limiters.set(name, limiter)
    return limiter
  }

  async function consume(limit: Limit, subject: string): Promise<HeaderRecord> {
    try {
      return limitFields(limit, await limiterOf(limit).consume(subject))
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal
      throw new ProblemError('RATE_LIMITED', {
        detail: `This connector takes ${limit.requests} calls in ${limit.per_seconds} s per ${limit.scope}.`,
        headers: { ...limitFields(limit, refusal), 'retry-after': String(secondsLeft(refusal)) },
      })
    }
  }

  return {
    count(incoming, caller, { permalink, definition: { rate_limit: limit } }) {
      if (limit === undefined) return undefined
      const subject = subjectOf(incoming, caller, limit)
      return consume(limit, JSON.stringify([caller.tenant.id, permalink, limit.scope, subject]))
    },
  }
}

/** Whose calls are counted together. Callers without a user are told apart by their address. */
function subjectOf(incoming: IncomingMessage, caller: Caller, { scope }: Limit): string {
  if (scope !== 'user') return ''
  const { user, issuer } = caller.session
  return user === undefined ? `address ${incoming.socket.remoteAddress}` : JSON.stringify([issuer, user.id])
}

/** draft-ietf-httpapi-ratelimit-headers: one policy, named by what it counts. */
function limitFields({ requests, per_seconds, scope }: Limit, state: RateLimiterRes): HeaderRecord {
  return {
    'ratelimit-policy': `"${scope}";q=${requests};w=${per_seconds}`,
    ratelimit: `"${scope}";r=${state.remainingPoints};t=${secondsLeft(state)}`,
  }
}

function secondsLeft(state: RateLimiterRes): number {
  return Math.max(1, Math.ceil(state.msBeforeNext / 1000))
}
