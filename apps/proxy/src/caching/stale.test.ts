/** RFC 5861 through a real proxy: what is given although it is stale, and what never is. */
import { afterEach, describe, expect, test } from 'vitest'
import { type CachedApi, cachedApis, type Definitions, type Scripted } from '../testing/cached-api.ts'

const apis = cachedApis()
afterEach(apis.closeAll)

const cacheControl = (value: string) => ({ headers: [['Cache-Control', value]] as const })

/** An answer that has been stale for a second, and whatever the API does next. */
async function stale(first: Scripted, next: Scripted, definitions?: Definitions): Promise<CachedApi> {
  const api = await apis.start({ script: [first, next, {}], ...(definitions && { definitions }) })
  await api.call()
  api.passSeconds(3)
  return api
}

const failures: [string, Scripted][] = [
  ['500', { status: 500 }],
  ['502', { status: 502 }],
  ['503', { status: 503 }],
  ['504', { status: 504 }],
  ['no answer', { disconnect: true }],
  ['an answer that comes too late', { delayMs: 1000 }],
]

describe('while the API fails', () => {
  test.each(failures)('a stale answer stands in where the API permits it: %s', async (_, failure) => {
    const api = await stale(cacheControl('max-age=2, stale-if-error=60'), failure, {
      items: { timeout_ms: 300 },
    })
    const answer = await api.call()
    expect([answer.status, answer.body]).toEqual([200, 'answer 1'])
    expect(answer.headers['x-connector-error']).toBeUndefined()
    expect(answer.headers['cache-status']).toMatch(
      failure.status === undefined
        ? /^sluice; fwd=stale; ttl=-\d+; detail=stale-if-error$/
        : new RegExp(`^sluice; fwd=stale; fwd-status=${failure.status}; ttl=-\\d+; detail=stale-if-error$`),
    )
    expect(Number(answer.headers.age)).toBeGreaterThanOrEqual(3)
    // Older than its lifetime: to whoever reads both it is stale.
    expect(answer.headers['cache-control']).toBe('private, max-age=2')
  })

  test('and where the definition does', async () => {
    const definitions = { items: { cache: { stale_if_error_seconds: 60 } } }
    const api = await stale(cacheControl('max-age=2'), { disconnect: true }, definitions)
    expect((await api.call()).body).toBe('answer 1')
    const silent = await stale({}, { status: 503 }, definitions)
    expect((await silent.call()).body).toBe('answer 1')
  })

  test.each([
    'max-age=2',
    'max-age=2, stale-if-error=0',
    'max-age=2, stale-if-error=60, must-revalidate',
    'max-age=2, stale-if-error=60, proxy-revalidate',
    'max-age=2, stale-if-error=60, no-cache',
    's-maxage=2, stale-if-error=60',
  ])('nothing stale stands in after %s', async (value) => {
    const api = await stale(cacheControl(value), { disconnect: true })
    expect((await api.call()).headers['x-connector-error']).toBe('UPSTREAM_UNREACHABLE')
  })

  test.each([
    'max-age=2, must-revalidate',
    'max-age=2, proxy-revalidate',
    'max-age=2, no-cache',
    's-maxage=2',
    'max-age=2, stale-if-error=0',
  ])('nor where the definition would permit it: %s', async (value) => {
    const definitions = {
      items: { cache: { stale_if_error_seconds: 60, stale_while_revalidate_seconds: 60 } },
    }
    const api = await stale(cacheControl(value), { disconnect: true }, definitions)
    if (value.endsWith('stale-if-error=0')) api.passSeconds(60)
    expect((await api.call()).status).toBe(502)
  })

  test('an answer that has been stale for too long does not stand in', async () => {
    const api = await stale(cacheControl('max-age=2, stale-if-error=60'), { status: 503 })
    api.passSeconds(60)
    expect((await api.call()).status).toBe(503)
  })

  test.each([400, 404, 429, 501])('%i is an answer and no failure', async (status) => {
    const api = await stale(cacheControl('max-age=2, stale-if-error=60'), { status })
    expect((await api.call()).status).toBe(status)
  })
})

describe('while it is asked for anew', () => {
  const permitted = 'max-age=2, stale-while-revalidate=60'

  test('a stale answer is given at once, and the next caller gets the new one', async () => {
    const api = await stale(cacheControl(permitted), { ...cacheControl('max-age=60'), delayMs: 300 })
    const before = performance.now()
    const answer = await api.call()
    expect(performance.now() - before).toBeLessThan(300)
    expect(answer.body).toBe('answer 1')
    expect(answer.headers['cache-status']).toMatch(/^sluice; hit; ttl=-\d+; detail=stale-while-revalidate$/)
    await expect.poll(() => api.openRequests()).toBe(0)
    await expect.poll(async () => (await api.call()).body).toBe('answer 2')
    expect(api.received).toHaveLength(2)
  })

  test('it is asked for once, however many callers there are', async () => {
    const api = await stale(cacheControl(permitted), { ...cacheControl('max-age=60'), delayMs: 200 })
    const answers = await Promise.all(Array.from({ length: 30 }, () => api.call()))
    expect(new Set(answers.map(({ body }) => body))).toEqual(new Set(['answer 1']))
    expect(api.received).toHaveLength(2)
  })

  test('it is asked with the validator that the API gave', async () => {
    const first = { headers: [...cacheControl(permitted).headers, ['ETag', '"v1"'] as const] }
    const api = await stale(first, { status: 304, ...cacheControl('max-age=60') })
    await api.call()
    await expect.poll(() => api.received[1]?.headers['if-none-match']).toBe('"v1"')
    await expect.poll(async () => (await api.call()).headers['cache-status']).toMatch(/^sluice; hit; ttl=\d/)
    expect(api.received).toHaveLength(2)
  })

  test('a failure is no caller’s, and the next one asks again', async () => {
    const api = await stale(cacheControl(permitted), { disconnect: true })
    expect((await api.call()).body).toBe('answer 1')
    await expect.poll(() => api.received.length).toBe(2)
    await expect
      .poll(async () => {
        await api.call()
        return api.received.length
      })
      .toBeGreaterThan(2)
  })

  test('the definition permits it where the API is silent', async () => {
    const definitions = { items: { cache: { stale_while_revalidate_seconds: 60 } } }
    const api = await stale(cacheControl('max-age=2'), cacheControl('max-age=60'), definitions)
    expect((await api.call()).body).toBe('answer 1')
  })

  test.each([
    'max-age=2, stale-while-revalidate=60, must-revalidate',
    'max-age=2, stale-while-revalidate=60, proxy-revalidate',
    'max-age=2, stale-while-revalidate=60, no-cache',
    's-maxage=2, stale-while-revalidate=60',
    'max-age=2, stale-while-revalidate=0',
    'max-age=2, stale-while-revalidate=x',
  ])('nothing stale is given after %s', async (value) => {
    const api = await stale(cacheControl(value), {})
    expect((await api.call()).body).toBe('answer 2')
  })

  test('an answer that has been stale for too long is not given', async () => {
    const api = await stale(cacheControl(permitted), {})
    api.passSeconds(60)
    expect((await api.call()).body).toBe('answer 2')
  })
})
