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

  type Change = readonly [name: string, stored: string, in304: string]

  /** Each with every validator, and what is found afterwards. */
  const cases = (changes: readonly Change[]) =>
    changes.flatMap((header) => Object.values(validators).map((given) => ({ header, given })))

  const changed = async ({ header: [name, a, b], given }: { header: Change; given: Fields }) => {
    const first = [...short, ...given, [name, a]] as const
    const second = [...long, ...given, [name, b]] as const
    const { after, third } = await revalidated(first, { status: 304, headers: second })
    return [after.headers[name.toLowerCase()], third.headers[name.toLowerCase()]]
  }

  test.each(
    cases([
      ['Test-Header', 'a', 'b'],
      ['X-Test-Header', 'a', 'b'],
      ['X-Content-Foo', 'a', 'b'],
      ['X-XSS-Protection', '1', '1; mode=block'],
      ['Link', '</a>', '</b>'],
    ]),
  )('replaces $header, in what it answers and in what is stored', async (change) => {
    expect(await changed(change)).toEqual([change.header[2], change.header[2]])
  })

  test.each(
    cases([
      ['Content-Foo', 'a', 'b'],
      ['Content-Type', 'application/json', 'text/html; charset=utf-8'],
      ['Content-Disposition', 'attachment', 'inline'],
      ['Content-Language', 'de', 'en'],
      ['Content-MD5', 'rL0Y20zC+Fzt72VPzMSk2A==', 'N7UdGUp1E+RbVvZSTy1R8g=='],
    ]),
  )('leaves $header alone: it describes a body that a 304 does not send', async (change) => {
    expect(await changed(change)).toEqual([change.header[1], change.header[1]])
  })

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

  test('to a request that had no condition is no response', async () => {
    const api = await apis.start({ script: [{ status: 304, headers: [['ETag', '"v1"']] }] })
    const answer = await api.call()
    expect([answer.status, answer.headers['x-connector-error']]).toEqual([502, 'UPSTREAM_PROTOCOL_ERROR'])
  })

  test('to a condition of the definition’s own passes', async () => {
    const definition = { headers: [{ key: 'if-none-match', value: '"mine"' }], cache: { enabled: false } }
    const api = await apis.start({ script: [{ status: 304 }], definitions: { items: definition } })
    expect((await api.call()).status).toBe(304)
  })
})
