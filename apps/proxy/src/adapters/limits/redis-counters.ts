import { createHmac, type KeyObject } from 'node:crypto'
import { RateLimiterRedis } from 'rate-limiter-flexible'
import type { CallCounters, CounterName } from '../../ports/call-counters.ts'
import type { RedisClient, RedisConnection } from '../redis/connect-redis.ts'
import { countOfRefusal, mostCalls, toCount } from './memory-counters.ts'

/** What counters in Redis need. */
export interface RedisCountersOptions {
  readonly redis: RedisConnection
  /** Makes the names of counters, which would tell who calls what; the same in all proxies. */
  readonly key: KeyObject
  /** Counts while Redis cannot be reached. */
  readonly otherwise: CallCounters
}

/** Creates counters that all proxies share. While Redis cannot be reached each proxy counts for itself. */
export function createRedisCounters({ redis, key, otherwise }: RedisCountersOptions): CallCounters {
  const limiters = new Map<number, RateLimiterRedis>()

  function limiterFor(client: RedisClient, seconds: number): RateLimiterRedis {
    const known = limiters.get(seconds)
    if (known !== undefined) return known
    const limiter = new RateLimiterRedis({
      storeClient: client,
      useRedisPackage: true,
      points: mostCalls,
      duration: seconds,
      keyPrefix: 'sluice:calls',
    })
    limiters.set(seconds, limiter)
    return limiter
  }

  const nameOf = ({ key: name, seconds }: CounterName) =>
    createHmac('sha256', key).update(`${seconds} ${name}`).digest('base64url')

  return {
    async add(counter) {
      const counted = await redis.attempt((client) =>
        limiterFor(client, counter.seconds).consume(nameOf(counter)).then(toCount, countOfRefusal),
      )
      return counted.reached ? counted.value : otherwise.add(counter)
    },
    async takeBack(counter) {
      const done = await redis.attempt((client) =>
        limiterFor(client, counter.seconds).reward(nameOf(counter)),
      )
      if (!done.reached) await otherwise.takeBack(counter)
    },
  }
}
