import type { IncomingMessage } from 'node:http'
import { ProblemError, type RateLimit } from '@sluice/connector-schema'
import type { CompiledConnector } from '@sluice/pipeline'
import type { CallCount, CallCounters, CounterName } from '../ports/call-counters.ts'
import { addressBlock } from './client-address.ts'
import type { HeaderRecord } from './header-record.ts'
import type { Caller } from './session.ts'

/** Counts calls against the limits of connectors. */
export interface RateLimits {
  /**
   * Counts one call against every limit that holds for it. A call that one of them refuses counts against none.
   *
   * @returns the fields that tell the caller what is left, or `undefined` where there is no limit
   * @throws ProblemError `RATE_LIMITED`
   */
  count(
    incoming: IncomingMessage,
    caller: Caller,
    connector: CompiledConnector,
  ): undefined | Promise<HeaderRecord>
}

/** A limit and what its counter says. */
interface Counted {
  readonly limit: RateLimit
  readonly counter: CounterName
  readonly count: CallCount
}

/** Creates the limits of a process. */
export function createRateLimits(counters: CallCounters): RateLimits {
  async function consume(limits: readonly RateLimit[], subject: Subject): Promise<HeaderRecord> {
    const counted = await Promise.all(
      limits.map(async (limit): Promise<Counted> => {
        const counter = counterOf(limit, subject)
        return { limit, counter, count: await counters.add(counter) }
      }),
    )
    const fields = limitFields(counted)
    // Every limit has to have room, so it is the last of those without that opens.
    const refusing = counted
      .filter(({ limit, count }) => count.calls > limit.requests)
      .reduce<Counted | undefined>(longerOf, undefined)
    if (refusing === undefined) return fields
    await Promise.all(counted.map(({ counter }) => counters.takeBack(counter)))
    throw rateLimited(refusing, fields)
  }

  return {
    count(incoming, caller, { permalink, rateLimits }) {
      const limits = caller.session.user === undefined ? rateLimits.forAnonymous : rateLimits.forAll
      return limits.length === 0 ? undefined : consume(limits, { incoming, caller, permalink })
    },
  }
}

/** A call, as far as limits go. */
interface Subject {
  readonly incoming: IncomingMessage
  readonly caller: Caller
  readonly permalink: string
}

/**
 * Which calls are counted together. The numbers of a limit are no part of it: an edit gives nobody a fresh window, and
 * connectors of a tenant with limits of their own share one count.
 */
function counterOf({ scope, per_seconds: seconds }: RateLimit, subject: Subject): CounterName {
  const { incoming, caller, permalink } = subject
  const tenantId = caller.tenant.id
  const of =
    scope === 'tenant' ? [] : scope === 'connector' ? [permalink] : [permalink, whoCalls(incoming, caller)]
  return { tenantId, key: JSON.stringify([tenantId, scope, ...of]), seconds }
}

/** One caller: issuer and user, or the address of an anonymous one. */
function whoCalls(incoming: IncomingMessage, { session: { user, issuer } }: Caller): readonly unknown[] {
  return user === undefined ? ['address', addressBlock(incoming)] : ['user', issuer, user.id]
}

function longerOf(one: Counted | undefined, other: Counted): Counted {
  return one === undefined || other.count.leftMs > one.count.leftMs ? other : one
}

function rateLimited({ limit, count }: Counted, fields: HeaderRecord): ProblemError {
  return new ProblemError('RATE_LIMITED', {
    detail: `This connector takes ${limit.requests} calls in ${limit.per_seconds} s per ${limit.scope}.`,
    headers: { ...fields, 'retry-after': String(secondsLeft(count)) },
  })
}

/** draft-ietf-httpapi-ratelimit-headers: a list of policies, each named, and what is left of each. */
function limitFields(counted: readonly Counted[]): HeaderRecord {
  const policies: string[] = []
  const left: string[] = []
  for (const { limit, count } of counted) {
    const name = policyName(limit, counted)
    policies.push(`"${name}";q=${limit.requests};w=${limit.per_seconds}`)
    left.push(`"${name}";r=${Math.max(0, limit.requests - count.calls)};t=${secondsLeft(count)}`)
  }
  return { 'ratelimit-policy': policies.join(', '), ratelimit: left.join(', ') }
}

/** What a policy counts; with its window where several count the same. */
function policyName({ scope, per_seconds }: RateLimit, counted: readonly Counted[]): string {
  const same = counted.filter(({ limit }) => limit.scope === scope)
  return same.length === 1 ? scope : `${scope}-${per_seconds}`
}

function secondsLeft({ leftMs }: CallCount): number {
  return Math.max(1, Math.ceil(leftMs / 1000))
}
