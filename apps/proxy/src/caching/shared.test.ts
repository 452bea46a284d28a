/** Two proxies and a Redis of the test's own: what they share, and what becomes of calls while it is away. */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '@keyv/redis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type OwnRedis, startOwnRedis } from '../adapters/redis/testing/own-redis.ts'
import { parseKeyRing } from '../adapters/sealing/key-ring.ts'
import type { HttpAnswer } from '../testing/http-call.ts'
import { type SampleApi, startSampleApi } from '../testing/sample-api.ts'
import { bearer, compiled, startTestProxy, type TestProxy } from '../testing/test-proxy.ts'

const key = `sk-${randomBytes(24).toString('hex')}`
const oldKey = `k1:${randomBytes(32).toString('base64')}`
const encryptionKeys = parseKeyRing(oldKey)

let redis: OwnRedis
let api: SampleApi
const proxies: TestProxy[] = []

beforeEach(async () => {
  redis = await startOwnRedis()
  api = await startSampleApi((incoming, outgoing) => {
    const headers = { 'cache-control': 'max-age=600', 'content-type': 'text/plain', etag: '"v1"' }
    outgoing.writeHead(200, incoming.method === 'POST' ? {} : headers).end(`answer ${api.received.length}`)
  })
})

afterEach(async () => {
  for (const proxy of proxies.splice(0)) await proxy.close()
  await api.close()
  await redis.close()
})

async function proxyOf(ring = encryptionKeys): Promise<TestProxy> {
  const authentication = {
    type: 'api_key' as const,
    config: { key: 'X-Key', value: "{{ get_secret('key') }}", in: 'header' as const },
  }
  const proxy = await startTestProxy({
    apis: [api.host],
    connectors: [
      compiled({
        permalink: 'items',
        url: `http://${api.host}/secret-place/{{ pathParams.id }}`,
        path_parameters: [{ key: 'id', overridable: true, format: 'segment' }],
        headers: [{ key: 'X-User', value: '{{ user.email }}', overridable: false, send_empty: false }],
        authentication,
      }),
      compiled({ permalink: 'shared', url: `http://${api.host}/shared`, authentication }),
      compiled({ permalink: 'change', method: 'POST', url: `http://${api.host}/shared` }),
    ],
    services: { redisUrl: redis.url, encryptionKeys: ring },
  })
  proxy.services.secrets.replace('acme', { key: { value: key, allowedHosts: ['*'] } })
  proxies.push(proxy)
  return proxy
}

async function call(proxy: TestProxy, permalink = 'shared', id?: string): Promise<HttpAnswer> {
  const session = await bearer({ email: 'ada@example.com' })
  const headers = { ...session, ...(id !== undefined && { 'x-path-params': `id=${id}` }) }
  const method = permalink === 'change' ? 'POST' : 'GET'
  return proxy.call(`/connectors/${permalink}/execute`, { method, headers })
}

const isHit = ({ headers }: HttpAnswer) => String(headers['cache-status']).startsWith('sluice; hit')

/** What is stored by one proxy is given by the other: retried, because a connection takes a moment. */
async function expectShared(one: TestProxy, two: TestProxy): Promise<void> {
  await expect
    .poll(
      async () => {
        const id = randomBytes(6).toString('hex')
        const stored = await call(one, 'items', id)
        await sleep(20)
        const given = await call(two, 'items', id)
        return isHit(given) === true && given.body === stored.body
      },
      { timeout: 15_000 },
    )
    .toBe(true)
}

test('two proxies share what one of them has stored, secrets and users included', async () => {
  const [one, two] = [await proxyOf(), await proxyOf()]
  await expectShared(one, two)
})

test('what one proxy invalidates no proxy gives, from its memory or from Redis', async () => {
  const [one, two] = [await proxyOf(), await proxyOf()]
  await expectShared(one, two)
  for (let round = 0; round < 10; round++) {
    const first = await call(one)
    // In the memory of the other too.
    await expect.poll(async () => isHit(await call(two))).toBe(true)
    await call(one, 'change')
    expect((await call(one)).body).not.toBe(first.body)
    // The message reaches the other's memory in a moment.
    await expect.poll(async () => (await call(two)).body).not.toBe(first.body)
    const third = await proxyOf()
    expect((await call(third)).body).not.toBe(first.body)
  }
})

describe('while the encryption keys are rotated', () => {
  const newKey = `k2:${randomBytes(32).toString('base64')}`
  const rings = {
    old: parseKeyRing(oldKey),
    both: parseKeyRing(`${oldKey},${newKey}`),
    rotated: parseKeyRing(`${newKey},${oldKey}`),
  }

  test.each([
    ['old', 'rotated'],
    ['rotated', 'old'],
    ['both', 'rotated'],
    ['rotated', 'both'],
  ] as const)(
    'a proxy with the ring "%s" tells one with the ring "%s" what it invalidates',
    async (from, to) => {
      const [teller, hearer] = [await proxyOf(rings[from]), await proxyOf(rings[to])]
      // Until the hearer listens: a purge reaches it only then.
      await expect
        .poll(
          async () => {
            await expect.poll(async () => isHit(await call(hearer))).toBe(true)
            await teller.services.purge([{ kind: 'tenant', tenantId: 'acme' }])
            await sleep(50)
            return isHit(await call(hearer))
          },
          { timeout: 15_000 },
        )
        .toBe(false)
      const scopes = [
        { kind: 'url', tenantId: 'acme', url: `http://${api.host}/shared` },
        { kind: 'connector', tenantId: 'acme', permalink: 'shared' },
      ] as const
      for (const scope of scopes) {
        await expect.poll(async () => isHit(await call(hearer))).toBe(true)
        const before = (await call(hearer)).body
        await teller.services.purge([scope])
        await expect.poll(async () => (await call(hearer)).body, { timeout: 5000 }).not.toBe(before)
      }
      // A successful change is an invalidation like any other.
      const before = (await call(hearer)).body
      await call(teller, 'change')
      await expect.poll(async () => (await call(hearer)).body, { timeout: 5000 }).not.toBe(before)
    },
  )
})

test('neither keys nor values in Redis tell anything', async () => {
  const proxy = await proxyOf()
  await expectShared(proxy, await proxyOf())
  const client = createClient({ url: redis.url })
  await client.connect()
  const keys = await client.keys('*')
  const dump = [...keys]
  for (const name of keys) dump.push((await client.get(name)) ?? '')
  client.destroy()
  const decoded = dump.map((text) => Buffer.from(text, 'base64').toString('latin1'))
  const everything = [...dump, ...decoded].join('\n')
  const telling = [
    key,
    key.slice(3, 19),
    api.host,
    'secret-place',
    'ada@',
    'answer 1',
    'text/plain',
    'acme',
    'items',
    '"v1"',
  ]
  for (const text of telling) expect(everything).not.toContain(text)
  expect(keys.some((name) => /^sluice:answer::[\w-]{43}$/.test(name))).toBe(true)
  expect(
    keys.every((name) =>
      /^sluice:(?:answer::[\w-]{43}|mark:(?:t[\w-]{22}|c[\w-]{22}\.[\w-]{22}|u[\w-]{22}\.\d+))$/.test(name),
    ),
  ).toBe(true)
})

test('a value moved to another key does not open there', async () => {
  const [one, two] = [await proxyOf(), await proxyOf()]
  await expectShared(one, two)
  const client = createClient({ url: redis.url })
  await client.connect()
  const [stored = ''] = await client.keys('sluice:answer::*')
  const value = (await client.get(stored)) ?? ''
  await client.flushAll()
  await call(one, 'items', 'victim')
  await expect.poll(() => client.keys('sluice:answer::*')).toHaveLength(1)
  const [victim = ''] = await client.keys('sluice:answer::*')
  await client.set(victim, value)
  client.destroy()
  const answer = await call(await proxyOf(), 'items', 'victim')
  expect([answer.status, isHit(answer)]).toEqual([200, false])
})

test('what stands in Redis and is none of ours is not there', async () => {
  const [one, two] = [await proxyOf(), await proxyOf()]
  await expectShared(one, two)
  const client = createClient({ url: redis.url })
  await client.connect()
  for (const name of await client.keys('*')) await client.set(name, 'rubbish')
  client.destroy()
  expect((await call(await proxyOf())).status).toBe(200)
})

describe('a Redis that', () => {
  /** Calls without a pause, with the longest that one of them took. */
  function load(all: readonly TestProxy[]) {
    const seen = { calls: 0, failed: 0, longestMs: 0 }
    let goesOn = true
    const workers = all.flatMap((proxy) =>
      Array.from({ length: 4 }, async (_, worker) => {
        // Every other call is a miss, which asks Redis.
        for (let count = 0; goesOn; count++) {
          const before = performance.now()
          const { status } = await call(proxy, 'items', `w${worker}n${count % 2 === 0 ? count : count % 7}`)
          seen.longestMs = Math.max(seen.longestMs, performance.now() - before)
          seen.calls += 1
          if (status !== 200) seen.failed += 1
        }
      }),
    )
    return async () => {
      goesOn = false
      await Promise.all(workers)
      return seen
    }
  }

  const faults: [string, (own: OwnRedis) => Promise<void>, (own: OwnRedis) => Promise<void>][] = [
    ['dies', (own) => own.kill(), (own) => own.start()],
    ['stops', async (own) => own.stop(), async (own) => own.goOn()],
  ]

  test.each(faults)(
    '%s under load fails no call, and is shared again afterwards',
    async (_, fault, recovery) => {
      const [one, two] = [await proxyOf(), await proxyOf()]
      await expectShared(one, two)
      const end = load([one, two])
      await sleep(200)
      await fault(redis)
      await sleep(700)
      await recovery(redis)
      await sleep(200)
      const { calls, failed, longestMs } = await end()
      expect(failed).toBe(0)
      expect(calls).toBeGreaterThan(50)
      // What hangs on Redis hangs for seconds; the bound itself is the connection's (`connect-redis.test.ts`).
      expect(longestMs).toBeLessThan(1500)
      await expectShared(one, two)
      const warnings = [one, two].map(
        ({ log }) => log.filter(({ event }) => event === 'redis_unreachable').length,
      )
      expect(Math.max(...warnings)).toBe(1)
    },
  )

  test.each(faults)('%s hears afterwards of what was invalidated meanwhile', async (_, fault, recovery) => {
    const [one, two] = [await proxyOf(), await proxyOf()]
    await expectShared(one, two)
    const before = await call(one)
    await expect.poll(async () => isHit(await call(two))).toBe(true)
    await fault(redis)
    await call(one, 'change')
    expect((await call(one)).body).not.toBe(before.body)
    await recovery(redis)
    await expect.poll(async () => (await call(two)).body, { timeout: 15_000 }).not.toBe(before.body)
    await expectShared(one, two)
    const third = await proxyOf()
    await sleep(200)
    expect((await call(third)).body).not.toBe(before.body)
  })

  test('was never there leaves every proxy its memory', async () => {
    await redis.kill()
    const proxy = await proxyOf()
    const first = await call(proxy)
    const second = await call(proxy)
    expect([first.status, isHit(second), second.body]).toEqual([200, true, first.body])
  })
})

test('while Redis cannot be reached, the others hear of an invalidation by the generation', async () => {
  let generation = 0
  const shared = { current: () => String(generation), raise: () => void generation++ }
  const options = { apis: [api.host], services: { redisUrl: redis.url, encryptionKeys, generation: shared } }
  const connectors = [
    compiled({ permalink: 'shared', url: `http://${api.host}/shared` }),
    compiled({ permalink: 'change', method: 'POST', url: `http://${api.host}/shared` }),
  ]
  const [one, two] = [
    await startTestProxy({ ...options, connectors }),
    await startTestProxy({ ...options, connectors }),
  ]
  proxies.push(one, two)
  await redis.kill()
  const [first] = [await call(one), await call(two)]
  expect([isHit(await call(one)), isHit(await call(two))]).toEqual([true, true])
  await call(one, 'change')
  expect((await call(two)).body).not.toBe(first.body)
})

test('without keys nothing is shared: the proxy does not start', async () => {
  const started = startTestProxy({ services: { redisUrl: redis.url } })
  await expect(started).rejects.toThrow('SLUICE_ENCRYPTION_KEYS')
})
