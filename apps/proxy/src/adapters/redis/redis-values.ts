import { Keyv, default as KeyvRedis } from '@keyv/redis'
import type { Attempt, RedisClient, RedisConnection } from './connect-redis.ts'

/** Values under one prefix, each with a lifetime. Never rejects and never waits longer than a connection may. */
export interface RedisValues {
  get(key: string): Promise<Attempt<string | undefined>>
  /** The value given to whoever asks is whether it was stored. */
  set(key: string, value: string, ttlMs: number): Promise<Attempt<boolean>>
  delete(key: string): Promise<Attempt<boolean>>
}

/** Values through Keyv; what they say has to be sealed before (`adapters/sealing`). */
export function createRedisValues(redis: RedisConnection, namespace: string): RedisValues {
  let opened: Keyv<string> | undefined
  const through = (client: RedisClient): Keyv<string> => {
    opened ??= open(client, namespace)
    return opened
  }
  return {
    get: (key) => redis.attempt((client) => through(client).get(key)),
    set: (key, value, ttlMs) => redis.attempt((client) => through(client).set(key, value, ttlMs)),
    delete: (key) => redis.attempt((client) => through(client).delete(key)),
  }
}

function open(client: RedisClient, namespace: string): Keyv<string> {
  // Errors have to be thrown: kept quiet, a value that was not stored would count as stored.
  const store = new KeyvRedis<string>(client, { namespace, throwOnErrors: true })
  const keyv = new Keyv<string>({ store, throwOnErrors: true })
  // Thrown as well, to whoever asked.
  store.on('error', () => undefined)
  keyv.on('error', () => undefined)
  return keyv
}
