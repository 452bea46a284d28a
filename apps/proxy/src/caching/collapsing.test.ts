/** Concurrent misses through a real proxy: one request where its answer may be shared, and nobody's bad luck is another's. */
import { afterEach, describe, expect, test } from 'vitest'
import { type CachedApi, cachedApis, type Scripted } from '../testing/cached-api.ts'
import { bearer } from '../testing/test-proxy.ts'

const apis = cachedApis()
afterEach(apis.closeAll)

const delayMs = 400
const storable: Scripted = { headers: [['Cache-Control', 'max-age=60']], delayMs }

async function callsOf(api: CachedApi, count: number) {
  const before = performance.now()
  const answers = await Promise.all(Array.from({ length: count }, () => api.call()))
  return { answers, ms: performance.now() - before }
}

/** A call whose caller goes away. */
async function abandon(api: CachedApi, afterMs: number): Promise<void> {
  const controller = new AbortController()
  const exp = Math.floor(Date.now() / 1000) + 1000
  const headers = await bearer({ exp })
  const call = fetch(`${api.proxy.url}/connectors/items/execute`, { headers, signal: controller.signal })
  call.catch(() => undefined)
  await expect.poll(() => api.received.length).toBeGreaterThan(0)
  setTimeout(() => controller.abort(), afterMs)
}

test('500 concurrent misses are one request', async () => {
  const api = await apis.start({ script: [storable] })
  const { answers } = await callsOf(api, 500)
  expect(answers.every(({ status, body }) => status === 200 && body === 'answer 1')).toBe(true)
  expect(api.received).toHaveLength(1)
  const statuses = answers.map(({ headers }) => headers['cache-status'])
  expect(statuses.filter((status) => status === 'sluice; fwd=uri-miss; stored')).toHaveLength(1)
  expect(statuses.filter((status) => status === 'sluice; fwd=uri-miss; collapsed').length).toBeGreaterThan(0)
})

test('users whose answers are their own do not share a request', async () => {
  const definitions = { items: { headers: [{ key: 'X-User', value: '{{ user.id }}' }] } }
  const script = [
    ({ headers }: { headers: Record<string, unknown> }) => ({ ...storable, body: String(headers['x-user']) }),
  ]
  const api = await apis.start({ script, definitions })
  const exp = Math.floor(Date.now() / 1000) + 1000
  const users = ['1', '2', '3', '4']
  const answers = await Promise.all(
    [...users, ...users].map(async (sub) => (await api.call({ headers: await bearer({ sub, exp }) })).body),
  )
  expect(answers).toEqual([...users, ...users])
  expect(api.received).toHaveLength(4)
})

describe('what may not be shared', () => {
  const kinds: [string, Scripted][] = [
    ['private', { headers: [['Cache-Control', 'private, max-age=60']] }],
    ['no-store', { headers: [['Cache-Control', 'no-store']] }],
    ['nothing said', {}],
    [
      'to be asked for every time',
      {
        headers: [
          ['Cache-Control', 'no-cache'],
          ['ETag', '"v1"'],
        ],
      },
    ],
    ['too large', { headers: [['Cache-Control', 'max-age=60']], body: 'x'.repeat(1024 * 1024 + 1) }],
  ]

  test.each(kinds)('goes out for everybody, and in parallel: %s', async (_, kind) => {
    const api = await apis.start({ script: [{ ...kind, delayMs }] })
    const first = await callsOf(api, 40)
    expect(api.received).toHaveLength(40)
    expect(first.answers.every(({ status }) => status === 200)).toBe(true)
    // One after another it would take 40 of them.
    expect(first.ms).toBeLessThan(10 * delayMs)
    // The key is known now: nobody waits for anybody.
    const second = await callsOf(api, 40)
    expect(api.received).toHaveLength(80)
    expect(second.ms).toBeLessThan(10 * delayMs)
    expect(second.answers.some(({ headers }) => headers['cache-status']?.includes('collapsed'))).toBe(false)
  })
})

test('a connector whose answers could not be shared lets nobody wait, under whatever key, until one can', async () => {
  const slowMs = 1500
  const script = [
    ({ url }: { url: string }): Scripted =>
      Number(new URL(url, 'http://x').searchParams.get('n')) < 5
        ? { headers: [['Cache-Control', 'private']], delayMs: slowMs }
        : storable,
  ]
  const definitions = { items: { query_parameters: [{ key: 'n', overridable: true }] } }
  const api = await apis.start({ script, definitions })
  const burst = (n: number, count: number) =>
    Array.from({ length: count }, () => api.call({ query: `?n=${n}` }))
  await Promise.all([...burst(1, 1), ...burst(2, 1), ...burst(3, 1)])
  let answered = 0
  const fourth = burst(4, 20)
  for (const call of fourth) void call.then(() => answered++)
  await expect.poll(() => api.received.length, { timeout: slowMs }).toBe(23)
  expect(answered).toBe(0)
  await Promise.all(fourth)

  await Promise.all(burst(5, 1))
  await Promise.all(burst(6, 20))
  expect(api.received).toHaveLength(25)
})

test('what cannot be shared is known before the first answer is whole, and before its template has run', async () => {
  const script = [{ headers: [['Cache-Control', 'no-store'] as const] }]
  const api = await apis.start({ script, dripMs: 2000 })
  const first = api.call()
  await expect.poll(() => api.received.length).toBe(1)
  const second = api.call()
  await expect.poll(() => api.received.length, { timeout: 1500 }).toBe(2)
  await Promise.all([first, second])
})

describe('a first request that', () => {
  test('is abandoned is replaced by one of those who waited', async () => {
    const api = await apis.start({ script: [storable] })
    await abandon(api, 100)
    const { answers } = await callsOf(api, 50)
    expect(answers.every(({ body }) => body === 'answer 2')).toBe(true)
    expect(api.received).toHaveLength(2)
  })

  test('fails takes nobody with it', async () => {
    const api = await apis.start({ script: [{ disconnect: true, delayMs }, storable] })
    const { answers } = await callsOf(api, 50)
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 502)).toHaveLength(1)
    expect(statuses.filter((status) => status === 200)).toHaveLength(49)
  })

  test('never ends takes nobody with it', async () => {
    const definitions = { items: { timeout_ms: 1000 } }
    const api = await apis.start({ script: [{ ...storable, delayMs: 60_000 }, storable], definitions })
    const first = api.call()
    await expect.poll(() => api.received.length).toBe(1)
    const { answers, ms } = await callsOf(api, 50)
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    expect(ms).toBeLessThan(10_000)
    expect((await first).status).toBe(504)
  })

  test('fails in the response template fails for its own caller only once', async () => {
    const definitions = { items: { response_body: '{"n": {{ response.json.n | json }}}' } }
    const api = await apis.start({
      script: [
        { ...storable, body: 'no json' },
        { ...storable, body: '{"n":1}' },
      ],
      definitions,
    })
    const { answers } = await callsOf(api, 20)
    expect(answers.filter(({ status }) => status === 502)).toHaveLength(1)
    expect(answers.filter(({ body }) => body === '{"n": 1}')).toHaveLength(19)
  })

  test('fails while something stale is permitted gives it to all', async () => {
    const first = { headers: [['Cache-Control', 'max-age=2, stale-if-error=60']] as const }
    const api = await apis.start({ script: [first, { disconnect: true, delayMs }] })
    await api.call()
    api.passSeconds(3)
    const { answers } = await callsOf(api, 50)
    expect(answers.every(({ body }) => body === 'answer 1')).toBe(true)
    expect(api.received).toHaveLength(2)
  })
})

test('one who waits and goes away leaves the others alone', async () => {
  const api = await apis.start({ script: [storable] })
  const first = api.call()
  await expect.poll(() => api.received.length).toBe(1)
  await abandon(api, 50)
  const { answers } = await callsOf(api, 20)
  expect([await first, ...answers].every(({ body }) => body === 'answer 1')).toBe(true)
  expect(api.received).toHaveLength(1)
})

test('a stale answer is asked for once, and all get what comes', async () => {
  const first = {
    headers: [
      ['Cache-Control', 'max-age=2'],
      ['ETag', '"v1"'],
    ] as const,
  }
  const confirmed = { status: 304, headers: [['Cache-Control', 'max-age=60']] as const, delayMs }
  const api = await apis.start({ script: [first, confirmed] })
  await api.call()
  api.passSeconds(3)
  const { answers } = await callsOf(api, 100)
  expect(answers.every(({ status, body }) => status === 200 && body === 'answer 1')).toBe(true)
  expect(api.received).toHaveLength(2)
})

test('nothing is left open or waiting', async () => {
  const api = await apis.start({ script: [{ disconnect: true }, storable] })
  await callsOf(api, 30)
  await expect.poll(() => api.openRequests()).toBe(0)
})
