import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../clock/system-clock.ts'
import { connectRedis, type RedisConnection } from './connect-redis.ts'
import { createRedisValues } from './redis-values.ts'
import { type OwnRedis, startOwnRedis } from './testing/own-redis.ts'

const cleanups: (() => Promise<void>)[] = []
let redis: OwnRedis
let warnings: string[]

beforeEach(async () => {
  redis = await startOwnRedis()
  warnings = []
})

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
  await redis.close()
})

function connection(url = redis.url): RedisConnection {
  const logger = { info() {}, warn: (_: object, message: string) => void warnings.push(message), error() {} }
  const connected = connectRedis({ url, logger, clock: systemClock })
  cleanups.push(() => connected.close())
  return connected
}

async function timed<Value>(work: () => Promise<Value>): Promise<{ value: Value; ms: number }> {
  const before = performance.now()
  const value = await work()
  return { value, ms: performance.now() - before }
}

/** Far beyond 50 ms, far below any time-out of a client: what hangs, hangs longer. */
const hangMs = 500

describe('values', () => {
  test('are there for every connection, under their own prefix, until their time is over', async () => {
    const [one, two] = [connection(), connection()]
    await expect.poll(() => one.isUp() && two.isUp()).toBe(true)
    await createRedisValues(one, 'a').set('k', 'v', 60_000)
    expect(await createRedisValues(two, 'a').get('k')).toEqual({ reached: true, value: 'v' })
    expect(await createRedisValues(two, 'b').get('k')).toEqual({ reached: true, value: undefined })
    expect(await one.attempt((client) => client.keys('*'))).toEqual({ reached: true, value: ['a::k'] })
    await createRedisValues(one, 'a').set('short', 'v', 20)
    await expect
      .poll(() => createRedisValues(two, 'a').get('short'))
      .toEqual({ reached: true, value: undefined })
    await createRedisValues(two, 'a').delete('k')
    expect(await createRedisValues(one, 'a').get('k')).toEqual({ reached: true, value: undefined })
  })
})

describe('a Redis that', () => {
  test('was never there costs nobody a wait, and one warning', async () => {
    await redis.kill()
    const values = createRedisValues(connection(), 'a')
    for (let count = 0; count < 20; count++) {
      const { value, ms } = await timed(() => values.get('k'))
      expect(value).toEqual({ reached: false })
      expect(ms).toBeLessThan(hangMs)
    }
    expect(warnings).toHaveLength(1)
  })

  test('stops costs each command at most a moment, and is used again when it goes on', async () => {
    const connected = connection()
    const values = createRedisValues(connected, 'a')
    await expect.poll(() => connected.isUp()).toBe(true)
    await values.set('k', 'v', 60_000)
    redis.stop()
    const first = await timed(() => values.get('k'))
    expect(first.value).toEqual({ reached: false })
    expect(first.ms).toBeLessThan(hangMs)
    // Known to be stopped: nobody waits at all.
    const many = await timed(() => Promise.all(Array.from({ length: 100 }, () => values.set('k', 'w', 1000))))
    expect(many.value.every(({ reached }) => !reached)).toBe(true)
    expect(many.ms).toBeLessThan(hangMs)
    redis.goOn()
    await expect.poll(() => values.get('k'), { timeout: 10_000 }).toEqual({ reached: true, value: 'v' })
    expect(warnings).toHaveLength(1)
  })

  test('dies and comes back is used again without anybody’s doing', async () => {
    const connected = connection()
    const values = createRedisValues(connected, 'a')
    let gaps = 0
    const messages: string[] = []
    connected.subscribe('news', { onMessage: (message) => void messages.push(message), onGap: () => gaps++ })
    await expect.poll(() => connected.isUp() && gaps === 1).toBe(true)
    await redis.kill()
    const { value, ms } = await timed(() => Promise.all([values.get('k'), values.set('k', 'v', 1000)]))
    expect(value).toEqual([{ reached: false }, { reached: false }])
    expect(ms).toBeLessThan(hangMs)
    await redis.start()
    await expect
      .poll(() => values.set('k', 'v', 1000), { timeout: 10_000 })
      .toEqual({ reached: true, value: true })
    await expect.poll(() => gaps, { timeout: 10_000 }).toBe(2)
    await expect
      .poll(async () => {
        await connected.attempt((client) => client.publish('news', 'm'))
        return messages.length
      })
      .toBeGreaterThan(0)
  })
})
