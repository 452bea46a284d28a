import { createSecretKey, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTokenSource, type TokenSource, type Upstream } from '@sluice/pipeline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../clock/system-clock.ts'
import { connectRedis, type RedisConnection } from '../redis/connect-redis.ts'
import { type OwnRedis, startOwnRedis } from '../redis/testing/own-redis.ts'
import { parseKeyRing } from '../sealing/key-ring.ts'
import { createSealing } from '../sealing/sealing.ts'
import { createRedisTokens } from './redis-tokens.ts'

const logger = { info() {}, warn() {}, error() {} }
const sealing = createSealing(parseKeyRing(`k:${randomBytes(32).toString('base64')}`))
const keySecret = createSecretKey(randomBytes(32))
const { signal } = new AbortController()
/** Far beyond what a Redis that is away may cost. */
const hangMs = 2000

let redis: OwnRedis
let connections: RedisConnection[]
let asked: number

beforeEach(async () => {
  redis = await startOwnRedis()
  connections = []
  asked = 0
})

afterEach(async () => {
  for (const connection of connections) await connection.close()
  await redis.close()
})

/** A token endpoint that takes its time and counts. */
const upstream: Upstream = {
  async send() {
    const token = `token-of-the-endpoint-${++asked}`
    await sleep(100)
    const body = JSON.stringify({ access_token: token, token_type: 'Bearer', expires_in: 3600 })
    const headers = [['content-type', 'application/json']] as const
    return { status: 200, headers, body: Readable.from([Buffer.from(body)]) }
  },
}

/** What one proxy has. */
async function proxy(): Promise<{ tokens: TokenSource; connection: RedisConnection }> {
  const connection = connectRedis({ url: redis.url, logger, clock: systemClock })
  connections.push(connection)
  await expect.poll(() => connection.isUp()).toBe(true)
  const store = createRedisTokens(connection, sealing)
  return { connection, tokens: createTokenSource({ upstream, store, clock: systemClock, keySecret }) }
}

const request = {
  tenantId: 'acme',
  identity: 'config',
  url: new URL('https://id.test/token'),
  clientId: 'c',
  proof: { method: 'client_secret_post', secret: 'client-secret-of-the-test' },
  grantType: 'client_credentials',
  parameters: {},
  sign: undefined,
  lifeMs: () => 3_540_000,
} as const

// A Redis is waited for 50 ms and no longer: on a machine that has no time a proxy may go ahead alone, once in a while.
test('two proxies make one exchange for many calls at once', async () => {
  const [one, two] = [await proxy(), await proxy()]
  const counts: number[] = []
  for (const identity of ['a', 'b', 'c', 'd', 'e']) {
    const before = asked
    const calls = Array.from({ length: 40 }, (_, n) =>
      (n % 2 === 0 ? one : two).tokens.get({ ...request, identity }, signal),
    )
    const tokens = new Set((await Promise.all(calls)).map(({ token }) => token))
    expect(tokens.size).toBe(asked - before)
    counts.push(asked - before)
  }
  expect(Math.max(...counts)).toBeLessThanOrEqual(2)
  expect(counts.filter((count) => count === 1).length).toBeGreaterThan(2)
})

test('a proxy whose token was refused takes the one that another has got meanwhile', {
  retry: 2,
}, async () => {
  const [one, two] = [await proxy(), await proxy()]
  const { token } = await one.tokens.get(request, signal)
  await two.tokens.get(request, signal)
  const before = asked
  const renewed = await one.tokens.renew(request, token, signal)
  expect(renewed).not.toBe(token)
  expect(await two.tokens.renew(request, token, signal)).toBe(renewed)
  expect(asked).toBe(before + 1)
})

/** Asks until Redis answers in time: a busy machine may keep it longer than a call may wait. */
async function insist<Value>(
  connection: RedisConnection,
  work: Parameters<typeof connection.attempt<Value>>[0],
): Promise<Value> {
  for (;;) {
    const found = await connection.attempt(work)
    if (found.reached) return found.value
    await sleep(20)
  }
}

test('what lies in Redis shows no token, and opens under its own key only', async () => {
  let token = ''
  let kept: (readonly [name: string, value: string])[] = []
  await expect
    .poll(async () => {
      const { tokens, connection } = await proxy()
      token = (await tokens.get(request, signal)).token
      kept = await insist(connection, async (client) => {
        const names = await client.keys('*')
        return Promise.all(names.map(async (name) => [name, String(await client.get(name))] as const))
      })
      return kept.length
    })
    .toBe(1)
  const [[name = '', value = ''] = []] = kept
  for (const text of [name, value, Buffer.from(value, 'base64').toString('latin1')]) {
    for (const secret of [token, request.proof.secret, 'acme', 'config']) expect(text).not.toContain(secret)
  }
  const { connection } = await proxy()
  const store = createRedisTokens(connection, sealing)
  const key = name.split('::')[1] ?? ''
  await expect.poll(async () => (await store.get(key))?.token.expose()).toBe(token)
  await insist(connection, (client) => client.set('sluice-token::elsewhere', value))
  expect(await store.get('elsewhere')).toBeUndefined()
  await insist(connection, (client) => client.set(`sluice-token::${key}`, 'nonsense'))
  expect(await store.get(key)).toBeUndefined()
})

test.each(['dead', 'stopped'])(
  'with a %s Redis every proxy asks for itself, without a wait',
  async (state) => {
    const { tokens } = await proxy()
    if (state === 'dead') await redis.kill()
    else redis.stop()
    const before = performance.now()
    const { token } = await tokens.get(request, signal)
    expect(token).toBe('token-of-the-endpoint-1')
    expect(performance.now() - before).toBeLessThan(hangMs)
    expect(await tokens.get(request, signal)).toEqual({ token, isCached: true })
    expect(asked).toBe(1)
    if (state === 'stopped') redis.goOn()
  },
)

test('a proxy that died amid its exchange holds up the others for no longer than an exchange may take', async () => {
  const { connection } = await proxy()
  const store = createRedisTokens(connection, sealing)
  expect(await store.claim('k', 150)).toBeDefined()
  expect(await store.claim('k', 150)).toBeUndefined()
  await expect.poll(() => store.claim('k', 150).then((release) => release !== undefined)).toBe(true)
})
