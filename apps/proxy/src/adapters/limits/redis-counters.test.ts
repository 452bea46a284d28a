import { createSecretKey } from 'node:crypto'
import { createClient } from '@keyv/redis'
import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../clock/system-clock.ts'
import { connectRedis, type RedisConnection } from '../redis/connect-redis.ts'
import { type OwnRedis, startOwnRedis } from '../redis/testing/own-redis.ts'
import { createMemoryCounters } from './memory-counters.ts'
import { createRedisCounters } from './redis-counters.ts'

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const it of opened.splice(0).reverse()) await it.close()
})

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }
const key = createSecretKey(Buffer.alloc(32, 7))
const counter = { tenantId: 'acme', key: '["acme","user","it",["user","idp","ada"]]', seconds: 60 }

async function proxyOn(redis: OwnRedis) {
  const connection: RedisConnection = connectRedis({ url: redis.url, logger: silent, clock: systemClock })
  opened.push(connection)
  await expect.poll(() => connection.isUp(), { timeout: 10_000 }).toBe(true)
  return createRedisCounters({ redis: connection, key, otherwise: createMemoryCounters() })
}

test('proxies count together, and a call taken back is none', async () => {
  const redis = await startOwnRedis()
  opened.push(redis)
  const [one, other] = [await proxyOn(redis), await proxyOn(redis)]
  expect((await one.add(counter)).calls).toBe(1)
  expect((await other.add(counter)).calls).toBe(2)
  await other.takeBack(counter)
  const third = await one.add(counter)
  expect(third.calls).toBe(2)
  expect(third.leftMs).toBeGreaterThan(0)
  expect(third.leftMs).toBeLessThanOrEqual(60_000)
  expect((await one.add({ ...counter, seconds: 61 })).calls).toBe(1)
})

test('what lies in Redis tells neither tenant nor caller nor connector, and does not stay', async () => {
  const redis = await startOwnRedis()
  opened.push(redis)
  await (await proxyOn(redis)).add(counter)
  const client = createClient({ url: redis.url })
  await client.connect()
  const keys = await client.keys('*')
  expect(keys).toHaveLength(1)
  expect(keys[0]).toMatch(/^sluice:calls:[\w-]{43}$/)
  expect(await client.ttl(String(keys[0]))).toBeGreaterThan(0)
  client.destroy()
})

test('with Redis away each proxy counts for itself, and no call waits', async () => {
  const redis = await startOwnRedis()
  opened.push(redis)
  const counters = await proxyOn(redis)
  await counters.add(counter)
  await redis.kill()
  const counts = [await counters.add(counter), await counters.add(counter)]
  expect(counts.map(({ calls }) => calls)).toEqual([1, 2])
})
