/** RFC 9111 §3, §4, §5 through a real proxy: what is given again, and what the API is asked for anew. */
import { afterEach, describe, expect, test } from 'vitest'
import { cachedApis, type Scripted } from '../testing/cached-api.ts'

const apis = cachedApis()
afterEach(apis.closeAll)

type Fields = NonNullable<Scripted['headers']>

/** Two calls, some seconds apart; how many requests the API saw. */
async function requestsFor(first: Scripted, { seconds = 0, method = 'GET' } = {}) {
  const api = await apis.start({ script: [first, {}], definitions: { items: { method } } })
  const before = await api.call({ method })
  api.passSeconds(seconds)
  const after = await api.call({ method })
  return { before, after, count: api.received.length, second: api.received[1] }
}

const cacheControl = (...values: string[]): Fields => values.map((value) => ['Cache-Control', value])

describe('given again without asking:', () => {
  test.each<[Fields, number]>([
    [cacheControl('max-age=3600'), 3599],
    [cacheControl('MaX-aGe=3600'), 3],
    [cacheControl('max-age=003600'), 3],
    [cacheControl('max-age="3600"'), 3],
    [cacheControl('max-age=2147483648'), 3],
    [cacheControl('max-age=99999999999'), 3],
    [cacheControl('foobar, max-age=3600'), 3],
    [cacheControl('foobar=baz, max-age=3600'), 3],
    [cacheControl('max-age=1, extension="max-age=3600", s-maxage=3600'), 3],
    [cacheControl('s-maxage=3600'), 3],
    [cacheControl('max-age=1, s-maxage=3600'), 3],
    [cacheControl('max-age=1', 's-maxage=3600'), 3],
    [cacheControl('max-age=10000, must-revalidate'), 3],
    [cacheControl('max-age=10000, proxy-revalidate'), 3],
    [cacheControl('public, max-age=3600'), 3],
    [[...cacheControl('max-age=3600'), ['Expires', -10000]], 3],
    [[...cacheControl('max-age=3600'), ['Expires', '0']], 3],
    [[...cacheControl('max-age=3600'), ['Pragma', 'no-cache']], 3],
    [[...cacheControl('max-age=3600'), ['Age', 'abc']], 3],
    [[...cacheControl('max-age=3600'), ['Age', '-7200']], 3],
    [[...cacheControl('max-age=3600'), ['Age', '0, 7200']], 3],
    [[...cacheControl('max-age=3600'), ['Content-Disposition', 'attachment; filename=a.txt']], 3],
    [[...cacheControl('max-age=3600'), ['Vary', 'Accept-Encoding, User-Agent']], 3],
    [[['Expires', 2_592_000]], 3],
    [[['Expires', 'Thu, 18 Aug 2050 02:01:18 GMT']], 3],
    [[['Expires', 'THU, 18 AUG 2050 02:01:18 gMT']], 3],
    [[['Expires', 'Thursday, 18-Aug-50 02:01:18 GMT']], 3],
    [[['Expires', 'Thu Aug 18 02:01:18 2050']], 3],
    [
      [
        ['Expires', 10],
        ['Date', 'foo'],
      ],
      3,
    ],
  ])('%j', async (headers, seconds) => {
    const { after, count } = await requestsFor({ headers }, { seconds })
    expect([after.body, count]).toEqual(['answer 1', 1])
    expect(after.headers['cache-status']).toMatch(/^sluice; hit; ttl=\d+$/)
  })
})

describe('asked for anew:', () => {
  test.each<[Fields, number]>([
    [[], 0],
    [[['Last-Modified', -100_000]], 3],
    [cacheControl('max-age=0'), 0],
    [cacheControl('max-age=2'), 3],
    [cacheControl('max-age=-3600'), 0],
    [cacheControl("max-age='3600'"), 0],
    [cacheControl('max-age=a3600'), 0],
    [cacheControl('max-age=3600a'), 0],
    [cacheControl('max-age=3600.0'), 0],
    [cacheControl('max-age =3600'), 0],
    [cacheControl('max-age= 3600'), 0],
    [cacheControl('max-age=1800, max-age=1'), 0],
    [cacheControl('max-age=1', 'max-age=1800'), 0],
    [cacheControl('extension="max-age=3600", max-age=1'), 3],
    [cacheControl('max-age=1, extension="max-age=3600"'), 3],
    [cacheControl('extension="max-age=3600"'), 0],
    [cacheControl('max-age=3600, s-maxage=1'), 3],
    [cacheControl('s-maxage=1, max-age=3600'), 3],
    [cacheControl('max-age=3600', 's-maxage=1'), 3],
    [cacheControl('no-store'), 0],
    [cacheControl('No-StOrE'), 0],
    [cacheControl('max-age=10000, no-store'), 0],
    [cacheControl('max-age=10000, no-cache'), 0],
    [cacheControl('max-age=10000, No-CaChE'), 0],
    [cacheControl('private, max-age=3600'), 0],
    [cacheControl('max-age=3600, private="x-name"'), 0],
    [[...cacheControl('max-age=10'), ['Age', '15']], 0],
    [[...cacheControl('max-age=3600'), ['Age', '7200, 0']], 0],
    [[...cacheControl('max-age=3600'), ['Age', '7200'], ['Age', '0']], 0],
    [[...cacheControl('max-age=3600'), ['Age', '99999999999']], 0],
    [[...cacheControl('max-age=3600'), ['Date', -7200]], 0],
    [[...cacheControl('max-age=0'), ['Expires', 10_000]], 0],
    [[...cacheControl('max-age=3600'), ['Set-Cookie', 'a=b']], 0],
    [[['Expires', -2_592_000]], 0],
    [[['Expires', 0]], 0],
    [
      [
        ['Expires', 300],
        ['Date', 400],
      ],
      0,
    ],
    [[['Expires', '0']], 0],
    [[['Expires', 'Thu, 18 Aug 2050 02:01:18 UTC']], 0],
    [[['Expires', 'Thu, 18 Aug 2050 02:01:18 AEST']], 0],
    [[['Expires', 'Thu, 18 Aug 50 02:01:18 GMT']], 0],
    [[['Expires', 'Thu 18 Aug 2050 02:01:18 GMT']], 0],
    [[['Expires', 'Thu, 18  Aug  2050 02:01:18 GMT']], 0],
    [[['Expires', 'Thu, 18-Aug-2050 02:01:18 GMT']], 0],
    [[['Expires', 'Thu, 18 Aug 2050 02.01.18 GMT']], 0],
    [[['Expires', 'Thu, 18 Aug 2050 2:01:18 GMT']], 0],
    [
      [
        ['Expires', 10],
        ['Date', -10],
        ['Age', '25'],
      ],
      0,
    ],
    [
      [
        ['Expires', 20],
        ['Date', 10],
        ['Age', '15'],
      ],
      0,
    ],
    [[...cacheControl('max-age=3600'), ['Vary', '*']], 0],
    [[...cacheControl('max-age=3600'), ['Vary', '*, *']], 0],
    [[...cacheControl('max-age=3600'), ['Vary', '*'], ['Vary', '*']], 0],
    [[...cacheControl('max-age=3600'), ['Vary', ', *']], 0],
    [[...cacheControl('max-age=3600'), ['Vary', ''], ['Vary', '*']], 0],
    [[...cacheControl('max-age=3600'), ['Vary', '*, Foo']], 0],
    [[...cacheControl('max-age=3600'), ['Vary', 'Foo, *']], 0],
  ])('%j', async (headers, seconds) => {
    const { after, count } = await requestsFor({ headers }, { seconds })
    expect([after.body, count]).toEqual(['answer 2', 2])
    expect(after.headers['cache-status']).toMatch(/^sluice; fwd=/)
  })
})

describe('a status', () => {
  const statuses = [200, 203, 204, 299, 301, 302, 303, 307, 308, 400, 404, 410, 499, 500, 502, 503, 504, 599]

  test.each(statuses)('of %i is given again while it is fresh, and not once it is stale', async (status) => {
    const script = [{ status, headers: cacheControl('max-age=60') }, {}]
    const api = await apis.start({ script })
    expect((await api.call()).status).toBe(status)
    expect((await api.call()).status).toBe(status)
    expect(api.received).toHaveLength(1)
    api.passSeconds(61)
    expect((await api.call()).body).toBe('answer 2')
  })

  test('of 206 is never kept', async () => {
    const headers = [...cacheControl('max-age=60'), ['Content-Range', 'bytes 0-7/20']] as const
    expect((await requestsFor({ status: 206, headers })).count).toBe(2)
  })
})

test('what comes before the final answer is no part of it', async () => {
  const { before, after, count } = await requestsFor({ interim: true, headers: cacheControl('max-age=60') })
  expect([before.status, after.status, after.body, count]).toEqual([200, 200, 'answer 1', 1])
  for (const { headers } of [before, after]) {
    expect(headers).not.toHaveProperty('x-early')
    expect(headers).not.toHaveProperty('link')
  }
})

test('HEAD is stored and answered without a body', async () => {
  const { after, count } = await requestsFor({ headers: cacheControl('max-age=60') }, { method: 'HEAD' })
  expect([after.status, after.body, count]).toEqual([200, '', 1])
})

describe('what a caller sends', () => {
  const definitions = {
    items: {
      query_parameters: [{ key: 'q', overridable: true }],
      headers: [{ key: 'Accept-Language', value: 'en', overridable: true }],
    },
  }
  const script = [{ headers: [...cacheControl('max-age=60'), ['Vary', 'Accept-Language'] as const] }]

  test('is part of what is asked for: another query, another header, another answer', async () => {
    const api = await apis.start({ script, definitions })
    const german = { 'x-header-params': 'Accept-Language=de' }
    const bodies: string[] = []
    for (const query of ['?q=1', '?q=2', '?q=1']) bodies.push((await api.call({ query })).body)
    for (const headers of [german, {}, german]) bodies.push((await api.call({ query: '?q=1', headers })).body)
    expect(bodies).toEqual(['answer 1', 'answer 2', 'answer 1', 'answer 3', 'answer 1', 'answer 3'])
  })

  test.each([
    { 'cache-control': 'no-cache' },
    { 'cache-control': 'no-store' },
    { 'cache-control': 'max-age=0' },
    { 'cache-control': 'only-if-cached' },
    { pragma: 'no-cache' },
    { cookie: 'a=b' },
    { 'user-agent': 'another' },
  ])('of its own browser changes nothing: %j', async (headers) => {
    const api = await apis.start({ script })
    await api.call()
    const hit = await api.call({ headers })
    expect([hit.status, hit.body, api.received.length]).toEqual([200, 'answer 1', 1])
    expect(Object.keys(api.received[0]?.headers ?? {})).not.toContain('cache-control')
  })
})

describe('an answer from the store', () => {
  test('has the age that it had and what passed since', async () => {
    const headers = [...cacheControl('max-age=600'), ['Age', '30'] as const]
    const { before, after } = await requestsFor({ headers }, { seconds: 5 })
    expect(Number(before.headers.age)).toBeGreaterThanOrEqual(30)
    expect(Number(after.headers.age)).toBeGreaterThanOrEqual(35)
    expect(after.headers['cache-status']).toMatch(/^sluice; hit; ttl=56[345]$/)
    // The whole lifetime: whoever reads it subtracts the age (RFC 9111 §4.2.3).
    for (const { headers } of [before, after]) {
      expect(headers['cache-control']).toBe('private, max-age=600')
    }
  })

  test('has an age, and what the API made for this very request has none, however long that took', async () => {
    const { before, after } = await requestsFor({ headers: cacheControl('max-age=600'), delayMs: 1100 })
    expect(before.headers.age).toBeUndefined()
    expect(Number(after.headers.age)).toBeGreaterThanOrEqual(1)
    expect([before, after].map(({ headers }) => headers['cache-control'])).toEqual([
      'private, max-age=600',
      'private, max-age=600',
    ])
  })

  test('has an age where its lifetime is a date too', async () => {
    const { after } = await requestsFor({ headers: [['Expires', 1000]] }, { seconds: 3 })
    expect(Number(after.headers.age)).toBeGreaterThanOrEqual(3)
  })

  test('keeps the date that it had, and gets one where it had none', async () => {
    const { before, after } = await requestsFor({ headers: cacheControl('max-age=600') }, { seconds: 5 })
    expect(after.headers.date).toBe(before.headers.date)
  })

  test('keeps its headers and what they say, and none that was of the connection only', async () => {
    const headers = [
      ...cacheControl('max-age=600'),
      ['Connection', 'a, b'],
      ['a', '1'],
      ['b', '2'],
      ['c', '3'],
      ['X-Test-Header', 'x'],
      ['Content-Type', 'text/plain;charset=utf-8'],
      ['ETag', '"v1"'],
      ['Link', '</other>; rel=next'],
      ['Content-Language', 'en'],
      ['Content-Language', 'de'],
    ] as const
    const { before, after } = await requestsFor({ headers })
    const kept = { c: '3', 'x-test-header': 'x', etag: '"v1"', link: '</other>; rel=next' }
    expect(after.headers).toMatchObject({ ...kept, 'content-type': 'text/plain;charset=utf-8' })
    expect(after.headers['content-language']).toBe('en, de')
    for (const { headers: given } of [before, after]) {
      expect(given).not.toHaveProperty('a')
      expect(given).not.toHaveProperty('b')
    }
  })
})

test('an answer larger than configured streams through unstored', async () => {
  const headers = cacheControl('max-age=60')
  const script = [
    { headers, body: 'x'.repeat(101) },
    { headers, body: 'x'.repeat(100) },
  ]
  const api = await apis.start({ script, services: { cache: { maxAnswerBytes: 100 } } })
  const statuses = [await api.call(), await api.call(), await api.call()].map(
    (answer) => answer.headers['cache-status'],
  )
  expect(statuses).toEqual([
    'sluice; fwd=uri-miss',
    'sluice; fwd=uri-miss; stored',
    expect.stringContaining('hit'),
  ])
})

describe('the definition’s lifetime', () => {
  const definitions = { items: { cache: { ttl_seconds: 30 } } }

  test.each<[Scripted, number]>([
    [{}, 1],
    [{ headers: [['Last-Modified', -100]] }, 1],
    [{ status: 404 }, 2],
    [{ headers: cacheControl('no-store') }, 2],
    [{ headers: cacheControl('public') }, 2],
    [{ headers: [['Expires', '0']] }, 2],
  ])('holds of a 200 about which the API says nothing: %j', async (first, count) => {
    const api = await apis.start({ script: [first], definitions })
    await api.call()
    await api.call()
    expect(api.received).toHaveLength(count)
    api.passSeconds(31)
    await api.call()
    expect(api.received).toHaveLength(count + 1)
  })
})
