/** RFC 9111 §4.3 through a real proxy: asking whether what is stored still holds. */
import { afterEach, describe, expect, test } from 'vitest'
import { cachedApis, type Scripted } from '../testing/cached-api.ts'
import type { ReceivedRequest } from '../testing/sample-api.ts'

const apis = cachedApis()
afterEach(apis.closeAll)

type Fields = NonNullable<Scripted['headers']>

const lastModified = 'Wed, 01 Jan 2020 00:00:00 GMT'
const validators: Record<string, Fields> = {
  etag: [['ETag', '"v1"']],
  lastModified: [['Last-Modified', lastModified]],
}
const short: Fields = [['Cache-Control', 'max-age=2']]
const long: Fields = [['Cache-Control', 'max-age=3600']]

const conditionsOf = (request: ReceivedRequest | undefined) => ({
  etag: request?.headers['if-none-match'],
  since: request?.headers['if-modified-since'],
})

/** A stored answer that has become stale, then what the API says to the next request, then a third. */
async function revalidated(first: Fields, second: Scripted, definition: object = {}) {
  const script = [{ headers: first, body: 'the body' }, second, {}]
  const api = await apis.start({ script, definitions: { items: definition } })
  await api.call()
  api.passSeconds(3)
  const after = await api.call()
  const third = await api.call()
  return { api, after, third, count: api.received.length, asked: conditionsOf(api.received[1]) }
}

describe('the request', () => {
  test.each<[Fields, ReturnType<typeof conditionsOf>]>([
    [[['ETag', '"v1"']], { etag: '"v1"', since: undefined }],
    [[['ETag', 'W/"v1"']], { etag: 'W/"v1"', since: undefined }],
    [[['Last-Modified', lastModified]], { etag: undefined, since: lastModified }],
    [
      [
        ['ETag', '"v1"'],
        ['Last-Modified', lastModified],
      ],
      { etag: '"v1"', since: lastModified },
    ],
    [[], { etag: undefined, since: undefined }],
  ])('bears the validators that the API gave: %j', async (given, asked) => {
    expect((await revalidated([...short, ...given], { headers: long })).asked).toEqual(asked)
  })

  test('bears every other header as before', async () => {
    const definition = { headers: [{ key: 'Abc', value: '123' }] }
    const { api } = await revalidated(
      [...short, ['ETag', '"v1"'], ['Vary', 'Abc']],
      { status: 304 },
      definition,
    )
    expect(api.received.map(({ headers }) => headers.abc)).toEqual(['123', '123'])
  })

  test('asks nothing about another caller’s answer', async () => {
    const definition = { headers: [{ key: 'Abc', value: '123', overridable: true }] }
    const script = [{ headers: [...long, ['ETag', '"v1"'] as const] }]
    const api = await apis.start({ script, definitions: { items: definition } })
    await api.call()
    await api.call({ headers: { 'x-header-params': 'Abc=456' } })
    expect(conditionsOf(api.received[1])).toEqual({ etag: undefined, since: undefined })
  })

  test('bears no condition of the caller’s', async () => {
    const api = await apis.start()
    await api.call({ headers: { 'if-none-match': '"x"', 'if-modified-since': lastModified } })
    expect(conditionsOf(api.received[0])).toEqual({ etag: undefined, since: undefined })
  })
})

describe('a 304', () => {
  test.each(Object.entries(validators))(
    'with %s gives the stored body, for another lifetime',
    async (_, given) => {
      const { after, third, count } = await revalidated([...short, ...given], {
        status: 304,
        headers: [...long, ...given],
      })
      expect([after.status, after.body, third.body, count]).toEqual([200, 'the body', 'the body', 2])
      expect(after.headers['cache-status']).toBe('sluice; fwd=stale; fwd-status=304')
      expect(after.headers.age).toBeUndefined()
      expect(third.headers['cache-status']).toMatch(/^sluice; hit; ttl=/)
    },
  )

  const updated: [string, string, string][] = [
    ['Test-Header', 'a', 'b'],
    ['X-Test-Header', 'a', 'b'],
    ['Content-Foo', 'a', 'b'],
    ['X-Content-Foo', 'a', 'b'],
    ['Content-Type', 'text/plain', 'text/plain;charset=utf-8'],
    ['Content-Location', '/foo', '/bar'],
    ['Content-MD5', 'rL0Y20zC+Fzt72VPzMSk2A==', 'N7UdGUp1E+RbVvZSTy1R8g=='],
    ['X-XSS-Protection', '1', '1; mode=block'],
    ['Link', '</a>', '</b>'],
  ]

  const cases = updated.flatMap((header) => Object.values(validators).map((given) => ({ header, given })))

  test.each(cases)(
    'replaces $header, in what it answers and in what is stored',
    async ({ header, given }) => {
      const [name, a, b] = header
      const first = [...short, ...given, [name, a]] as const
      const second = [...long, ...given, [name, b]] as const
      const { after, third } = await revalidated(first, { status: 304, headers: second })
      expect([after.headers[name.toLowerCase()], third.headers[name.toLowerCase()]]).toEqual([b, b])
    },
  )

  test('that omits a header leaves the stored one', async () => {
    const first = [...short, ['ETag', '"v1"'], ['Test-Header', 'a']] as const
    const { after, third } = await revalidated(first, { status: 304, headers: long })
    expect([after, third].map(({ headers }) => headers['test-header'])).toEqual(['a', 'a'])
    expect(third.headers.etag).toBe('"v1"')
  })

  test('changes neither the length nor the range of the stored body', async () => {
    const first = [...short, ['ETag', '"v1"']] as const
    const second = [...long, ['ETag', '"v1"'], ['Content-Length', '2']] as const
    const { third } = await revalidated(first, { status: 304, headers: second })
    expect(third.body).toBe('the body')
  })

  test('brings no header that never passes', async () => {
    const second = [
      ...long,
      ['ETag', '"v1"'],
      ['X-Frame-Options', 'deny'],
      ['Connection', 'x-hop'],
      ['X-Hop', '1'],
    ] as const
    const { after, third } = await revalidated([...short, ['ETag', '"v1"']], { status: 304, headers: second })
    for (const { headers } of [after, third]) {
      expect(headers).not.toHaveProperty('x-frame-options')
      expect(headers).not.toHaveProperty('x-hop')
    }
  })

  test('without a lifetime of its own goes on with the stored one', async () => {
    const { third, count } = await revalidated([...short, ['ETag', '"v1"']], { status: 304 })
    expect([third.body, count]).toEqual(['the body', 2])
  })

  test.each<Fields>([
    [['Cache-Control', 'private, max-age=3600']],
    [['Cache-Control', 'no-store']],
    [...long, ['Set-Cookie', 'a=b']],
    [...long, ['Vary', '*']],
  ])('after which the answer may not be stored answers this caller only: %j', async (...headers) => {
    const { after, third, count } = await revalidated([...short, ['ETag', '"v1"']], { status: 304, headers })
    expect([after.body, third.body, count]).toEqual(['the body', 'answer 3', 3])
  })

  test('that speaks of something else is no answer: the API is asked without conditions', async () => {
    const script = [
      { headers: [...short, ['ETag', '"v1"'] as const], body: 'old' },
      { status: 304, headers: [['ETag', '"v2"'] as const] },
      { headers: [...long, ['ETag', '"v2"'] as const], body: 'new' },
    ]
    const api = await apis.start({ script })
    await api.call()
    api.passSeconds(3)
    expect((await api.call()).body).toBe('new')
    expect(api.received.map((request) => conditionsOf(request).etag)).toEqual([undefined, '"v1"', undefined])
  })

  test('to a request that had no condition passes as it is', async () => {
    const api = await apis.start({ script: [{ status: 304 }] })
    expect((await api.call()).status).toBe(304)
  })
})

test('any other answer takes the place of the stored one', async () => {
  const { after, third, count } = await revalidated([...short, ['ETag', '"v1"']], {
    headers: [...long, ['ETag', '"v2"']],
    body: 'new',
  })
  expect([after.body, third.body, count]).toEqual(['new', 'new', 2])
  expect(after.headers['cache-status']).toBe('sluice; fwd=stale; stored')
})

test('an answer that may not be stored ends the stored one', async () => {
  const script = [
    { headers: [...short, ['ETag', '"v1"'] as const] },
    { status: 404, headers: [['Cache-Control', 'no-store'] as const] },
    {},
  ]
  const api = await apis.start({ script })
  await api.call()
  api.passSeconds(3)
  await api.call()
  await api.call()
  expect(conditionsOf(api.received[2]).etag).toBeUndefined()
})

test('a failure of the API leaves the stored answer to be asked for again', async () => {
  const script = [
    { headers: [...short, ['ETag', '"v1"'] as const], body: 'old' },
    { status: 503 },
    { status: 304 },
  ]
  const api = await apis.start({ script })
  await api.call()
  api.passSeconds(3)
  expect((await api.call()).status).toBe(503)
  expect((await api.call()).body).toBe('old')
})

describe('what has to be asked for every time', () => {
  test.each<Fields>([
    [
      ['Cache-Control', 'no-cache'],
      ['ETag', '"v1"'],
    ],
    [
      ['Cache-Control', 'max-age=10000, no-cache'],
      ['Expires', 10_000],
      ['ETag', '"v1"'],
    ],
    [
      ['Cache-Control', 'max-age=0'],
      ['ETag', '"v1"'],
    ],
    [['ETag', '"v1"']],
    [['Last-Modified', lastModified]],
  ])('is stored and costs a 304: %j', async (...headers) => {
    const confirm = { status: 304 }
    const api = await apis.start({ script: [{ headers, body: 'the body' }, confirm, confirm] })
    const bodies = [await api.call(), await api.call(), await api.call()].map(({ body }) => body)
    expect(bodies).toEqual(['the body', 'the body', 'the body'])
    expect(api.received).toHaveLength(3)
    const conditions = conditionsOf(api.received[2])
    expect(conditions.etag ?? conditions.since).toBeDefined()
  })

  test('is asked for when it has become stale, whatever else would be permitted', async () => {
    const headers = [
      ['Cache-Control', 'max-age=2, must-revalidate'],
      ['ETag', '"v1"'],
    ] as const
    const api = await apis.start({ script: [{ headers }, { status: 304, headers }] })
    await api.call()
    await api.call()
    expect(api.received).toHaveLength(1)
    api.passSeconds(3)
    await api.call()
    expect(conditionsOf(api.received[1]).etag).toBe('"v1"')
  })
})

describe('after a response template', () => {
  const definition = {
    response_body: '{"n": {{ response.json.n | json }}, "h": {{ response.headers["x-a"] | json }}}',
  }

  test('a 304 does not run it again, and leaves the type and the validator of its answer', async () => {
    const first = [...short, ['ETag', '"theirs"'], ['X-A', '1'], ['Content-Type', 'text/plain']] as const
    const second = [...long, ['ETag', '"theirs"'], ['X-A', '2'], ['Content-Type', 'text/html']] as const
    const script = [
      { headers: first, body: '{"n":1}' },
      { status: 304, headers: second },
    ]
    const api = await apis.start({ script, definitions: { items: definition } })
    const before = await api.call()
    api.passSeconds(3)
    const after = await api.call()
    const third = await api.call()
    expect(before.body).toBe('{"n": 1, "h": "1"}')
    for (const { body, headers } of [after, third]) {
      expect(body).toBe(before.body)
      expect(headers).toMatchObject({
        etag: before.headers.etag,
        'content-type': 'application/json',
        'x-a': '2',
      })
    }
    expect(conditionsOf(api.received[1]).etag).toBe('"theirs"')
  })
})

test('a content type of the definition’s own stays after a 304', async () => {
  const definition = { response_content_type: 'text/csv' }
  const second = [...long, ['Content-Type', 'text/plain']] as const
  const { after } = await revalidated(
    [...short, ['ETag', '"v1"']],
    { status: 304, headers: second },
    definition,
  )
  expect(after.headers['content-type']).toBe('text/csv')
})

test('HEAD is asked for with its validators too', async () => {
  const script = [{ headers: [...short, ['ETag', '"v1"'] as const] }, { status: 304, headers: long }]
  const api = await apis.start({ script, definitions: { items: { method: 'HEAD' } } })
  await api.call({ method: 'HEAD' })
  api.passSeconds(3)
  const after = await api.call({ method: 'HEAD' })
  expect([after.status, conditionsOf(api.received[1]).etag]).toEqual([200, '"v1"'])
})

describe('a caller’s own condition', () => {
  const fresh = [...long, ['ETag', '"v1"'], ['Last-Modified', lastModified]] as const
  const day = 24 * 60 * 60 * 1000
  const dateFrom = (days: number) => new Date(Date.parse(lastModified) + days * day).toUTCString()

  test.each<[Record<string, string>, number]>([
    [{ 'if-none-match': '"v1"' }, 304],
    [{ 'if-none-match': 'W/"v1"' }, 304],
    [{ 'if-none-match': '"v0", "v1", "v2"' }, 304],
    [{ 'if-none-match': '*' }, 304],
    [{ 'if-none-match': '"v2"' }, 200],
    [{ 'if-none-match': 'v1' }, 200],
    [{ 'if-none-match': '"v1"', 'if-modified-since': dateFrom(-1) }, 304],
    [{ 'if-none-match': '"v2"', 'if-modified-since': dateFrom(1) }, 200],
    [{ 'if-modified-since': dateFrom(0) }, 304],
    [{ 'if-modified-since': dateFrom(1) }, 304],
    [{ 'if-modified-since': 'Wednesday, 01-Jan-20 00:00:00 GMT' }, 304],
    [{ 'if-modified-since': dateFrom(-1) }, 200],
    [{ 'if-modified-since': 'yesterday' }, 200],
  ])('is answered from what is stored: %j', async (headers, status) => {
    const api = await apis.start({ script: [{ headers: fresh }] })
    await api.call()
    const answer = await api.call({ headers })
    expect([answer.status, answer.body, api.received.length]).toEqual([
      status,
      status === 304 ? '' : 'answer 1',
      1,
    ])
    expect(answer.headers).toMatchObject({ etag: '"v1"', 'cache-status': expect.stringContaining('hit') })
  })

  test('is answered from what is stored once the API has confirmed it', async () => {
    const script = [
      { headers: [...short, ['Last-Modified', lastModified] as const] },
      { status: 304, headers: long },
    ]
    const api = await apis.start({ script })
    await api.call()
    api.passSeconds(3)
    const answer = await api.call({ headers: { 'if-modified-since': lastModified } })
    expect([answer.status, api.received.length]).toEqual([304, 2])
  })

  test('is answered by the tag of the transformed answer', async () => {
    const definition = { response_body: '{"n": {{ response.json.n | json }}}' }
    const api = await apis.start({
      script: [{ headers: fresh, body: '{"n":1}' }],
      definitions: { items: definition },
    })
    const { etag = '' } = (await api.call()).headers
    expect((await api.call({ headers: { 'if-none-match': etag } })).status).toBe(304)
    expect((await api.call({ headers: { 'if-none-match': '"v1"' } })).status).toBe(200)
    expect((await api.call({ headers: { 'if-modified-since': lastModified } })).status).toBe(200)
  })
})
