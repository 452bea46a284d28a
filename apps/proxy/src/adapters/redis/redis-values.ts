import KeyvRedis from '@keyv/redis'
import type { Attempt, RedisClient, RedisConnection } from './connect-redis.ts'

/** Values under one prefix, each with a lifetime. Never rejects and never waits longer than a connection may. */
export interface RedisValues {
  get(key: string): Promise<Attempt<string | undefined>>
  set(key: string, value: string, ttlMs: number): Promise<Attempt<boolean>>
  /** The value is whether there was something to delete. */
  delete(key: string): Promise<Attempt<boolean>>
}

/**
 * Values through Keyv's Redis store; what they say has to be sealed before (`adapters/sealing`). The store is used
 * without Keyv in front of it, which makes "nothing there" of every failure.
 */
export function createRedisValues(redis: RedisConnection, namespace: string): RedisValues {
  let opened: KeyvRedis<string> | undefined
  const through = (client: RedisClient): KeyvRedis<string> => {
    opened ??= open(client, namespace)
    return opened
  }
  return {
    get: (key) => redis.attempt((client) => through(client).get(key)),
    set: (key, value, ttlMs) =>
      redis.attempt(async (client) => {
        await through(client).set(key, value, ttlMs)
        return true
      }),
    delete: (key) => redis.attempt((client) => through(client).delete(key)),
  }
}

function open(client: RedisClient, namespace: string): KeyvRedis<string> {
  // Kept quiet, a value that was not stored would count as stored.
  const store = new KeyvRedis<string>(client, { namespace, throwOnErrors: true })
  // Thrown as well, to whoever asked.
  store.on('error', () => undefined)
  return store
}
