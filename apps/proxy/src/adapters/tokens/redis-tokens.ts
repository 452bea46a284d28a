/** Tokens that proxies share through Redis: sealed, and bound to the key under which they lie. */
import { randomUUID } from 'node:crypto'
import { Secret, type StoredToken, type TokenStore } from '@sluice/pipeline'
import { z } from 'zod'
import type { RedisConnection } from '../redis/connect-redis.ts'
import { createRedisValues } from '../redis/redis-values.ts'
import { associatedData, type Sealing } from '../sealing/sealing.ts'

const written = z.object({ token: z.string(), obtainedAtMs: z.number(), expiresAtMs: z.number() })

/** Ends a claim only while it is still ours: after its time it may be another's. */
const releaseScript =
  "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"

/** Creates the store. With Redis away it knows nothing, and every process asks for itself. */
export function createRedisTokens(redis: RedisConnection, sealing: Sealing): TokenStore {
  const values = createRedisValues(redis, 'sluice-token')
  return {
    async get(key) {
      const found = await values.get(key)
      return found.reached && found.value !== undefined ? unseal(found.value, key, sealing) : undefined
    },
    async set(key, { token, obtainedAtMs, expiresAtMs }, ttlMs) {
      const text = JSON.stringify({ token: token.expose(), obtainedAtMs, expiresAtMs })
      const sealed = sealing.seal(Buffer.from(text), placeOf(key))
      await values.set(key, Buffer.from(sealed).toString('base64'), Math.ceil(ttlMs))
    },
    async delete(key) {
      await values.delete(key)
    },
    async claim(key, ms) {
      const name = `sluice-token-claim::${key}`
      const id = randomUUID()
      const options = { condition: 'NX', expiration: { type: 'PX', value: Math.ceil(ms) } } as const
      const claimed = await redis.attempt((client) => client.set(name, id, options))
      if (claimed.reached && claimed.value === null) return undefined
      return async () => {
        await redis.attempt((client) => client.eval(releaseScript, { keys: [name], arguments: [id] }))
      }
    },
  }
}

function placeOf(key: string): Uint8Array {
  return associatedData(['token', key])
}

/** What was changed, moved, or sealed with a key that is gone, is not there. */
function unseal(value: string, key: string, sealing: Sealing): StoredToken | undefined {
  const opened = sealing.open(Buffer.from(value, 'base64'), placeOf(key))
  if (opened === undefined) return undefined
  const { success, data } = written.safeParse(JSON.parse(Buffer.from(opened).toString('utf8')))
  return success ? { ...data, token: new Secret(data.token) } : undefined
}
