import { describe, expect, test } from 'vitest'
import type { HeaderList } from '../messages/header-list.ts'
import { ageSeconds, type CacheSettings, evaluate, remainingMs, staleForSeconds } from './freshness.ts'
import { httpDate } from './http-date.ts'

const now = Date.UTC(2026, 0, 1)

interface Change {
  readonly status?: number
  readonly settings?: CacheSettings
  readonly delayMs?: number
}

function evaluated(headers: HeaderList, { status = 200, settings = {}, delayMs = 0 }: Change = {}) {
  return evaluate({
    method: 'GET',
    status,
    headers,
    settings,
    requestedAtMs: now - delayMs,
    receivedAtMs: now,
  })
}

const lifetime = (headers: HeaderList, change?: Change) => {
  const { storable, freshness } = evaluated(headers, change)
  return storable ? remainingMs(freshness, now) / 1000 : undefined
}

const cacheControl = (...values: string[]): HeaderList => values.map((value) => ['cache-control', value])
const at = (seconds: number) => httpDate(now + seconds * 1000)

test.each<[HeaderList, number]>([
  [cacheControl('max-age=60'), 60],
  [cacheControl('public', 'max-age=60'), 60],
  [cacheControl('max-age=10, s-maxage=60'), 60],
  [cacheControl('max-age=60, must-revalidate'), 60],
  [cacheControl('max-age=60, proxy-revalidate'), 60],
  [cacheControl('max-age=60, immutable'), 60],
  [[...cacheControl('max-age=60'), ['expires', '0']], 60],
  [[...cacheControl('max-age=60'), ['pragma', 'no-cache']], 60],
  [[...cacheControl('max-age=60'), ['vary', 'Accept, *-Something']], 60],
  [
    [
      ['expires', at(60)],
      ['date', at(0)],
    ],
    60,
  ],
  [
    [
      ['expires', at(60)],
      ['date', at(20)],
    ],
    40,
  ],
  [
    [
      ['expires', at(60)],
      ['date', 'yesterday'],
    ],
    60,
  ],
  [[['expires', at(60)]], 60],
])('%j lives', (headers, seconds) => {
  expect(lifetime(headers)).toBe(seconds)
})

describe('age', () => {
  test.each([
    ['20', 40],
    ['-999999999', 60],
    ['abc', 60],
    ['7200.0', 60],
    ['20, 0', 40],
    ['0, 20', 60],
  ])('%s leaves of a minute %i s', (age, seconds) => {
    expect(lifetime([...cacheControl('max-age=60'), ['age', age]])).toBe(seconds)
  })

  test('a list over two lines counts by its first member too', () => {
    const lines = [...cacheControl('max-age=60'), ['age', '20'], ['age', '0']] as const
    expect(lifetime(lines)).toBe(40)
  })

  test('an age beyond the lifetime leaves nothing', () => {
    expect(lifetime([...cacheControl('max-age=10'), ['age', '15']])).toBeUndefined()
    expect(
      lifetime([
        ['expires', at(20)],
        ['date', at(10)],
        ['age', '15'],
      ]),
    ).toBeUndefined()
  })

  test('the way from the API counts, and what the API’s own clock says', () => {
    expect(lifetime(cacheControl('max-age=60'), { delayMs: 5000 })).toBe(55)
    expect(lifetime([...cacheControl('max-age=60'), ['age', '10']], { delayMs: 5000 })).toBe(45)
    expect(lifetime([...cacheControl('max-age=60'), ['date', at(-31)]])).toBe(30)
    expect(lifetime([...cacheControl('max-age=60'), ['date', at(-1)]])).toBe(60)
    expect(lifetime([...cacheControl('max-age=60'), ['date', at(500)]])).toBe(60)
  })

  test('grows with the clock, and does not shrink when that is set back', () => {
    const { freshness } = evaluated([...cacheControl('max-age=60'), ['age', '5']])
    expect(ageSeconds(freshness, now + 40_900)).toBe(45)
    expect(remainingMs(freshness, now + 40_000)).toBe(15_000)
    expect(remainingMs(freshness, now + 60_000)).toBe(0)
    expect(staleForSeconds(freshness, now + 60_000)).toBe(5)
    expect(ageSeconds(freshness, now - 40_000)).toBe(5)
  })
})

test.each<[HeaderList]>([
  [[]],
  [cacheControl('no-store, max-age=60')],
  [cacheControl('NO-STORE, max-age=60')],
  [[...cacheControl('no-store'), ['etag', '"a"']]],
  [cacheControl('private, max-age=60')],
  [[...cacheControl('private="x-name", max-age=60'), ['etag', '"a"']]],
  [cacheControl('no-cache, max-age=60')],
  [cacheControl('max-age=0')],
  [cacheControl('max-age=60', 'max-age=90')],
  [[...cacheControl('max-age=60', 'max-age=90'), ['etag', '"a"']]],
  [cacheControl('max-age=sixty')],
  [cacheControl('s-maxage=60, max-age=-1')],
  [[...cacheControl('max-age=60'), ['set-cookie', 'a=b']]],
  [[...cacheControl('max-age=60'), ['vary', '*']]],
  [[...cacheControl('max-age=60'), ['vary', ', *']]],
  [[...cacheControl('max-age=60'), ['vary', ''], ['vary', '*']]],
  [[...cacheControl('max-age=60'), ['vary', 'Foo, *']]],
  [[['expires', '0']]],
  [
    [
      ['expires', at(0)],
      ['date', at(0)],
    ],
  ],
  [
    [
      ['expires', at(300)],
      ['date', at(400)],
    ],
  ],
  [
    [
      ['expires', at(60)],
      ['expires', at(60)],
    ],
  ],
])('%j is not stored', (headers) => {
  expect(lifetime(headers)).toBeUndefined()
})

test.each<[HeaderList]>([
  [[['etag', '"a"']]],
  [[['last-modified', at(-1000)]]],
  [[...cacheControl('no-cache'), ['etag', 'W/"a"']]],
  [[...cacheControl('no-cache, max-age=60'), ['etag', '"a"']]],
  [[...cacheControl('no-cache="x-name", max-age=60'), ['etag', '"a"']]],
  [[...cacheControl('max-age=0'), ['last-modified', at(-1000)]]],
  [
    [
      ['pragma', 'no-cache'],
      ['etag', '"a"'],
    ],
  ],
])('%j is stored and asked for every time', (headers) => {
  expect(lifetime(headers)).toBe(0)
})

test.each([200, 203, 204, 299, 301, 302, 303, 307, 308, 400, 404, 410, 499, 500, 502, 503, 504, 599])(
  '%i is stored where it has a lifetime',
  (status) => {
    expect(lifetime(cacheControl('max-age=60'), { status })).toBe(60)
    expect(lifetime([['expires', at(60)]], { status })).toBe(60)
    expect(lifetime([], { status })).toBeUndefined()
  },
)

test.each([206, 304])('%i is not stored', (status) => {
  expect(lifetime(cacheControl('max-age=60'), { status })).toBeUndefined()
})

test('a status that has to be understood and is not is not stored', () => {
  expect(lifetime(cacheControl('max-age=60, must-understand'), { status: 599 })).toBeUndefined()
  expect(lifetime(cacheControl('max-age=60, must-understand'), { status: 404 })).toBe(60)
})

test('a validator alone stores only what is cacheable by itself', () => {
  expect(lifetime([['etag', '"a"']], { status: 404 })).toBe(0)
  expect(lifetime([['etag', '"a"']], { status: 500 })).toBeUndefined()
})

describe('the definition', () => {
  const settings = { ttl_seconds: 30, stale_while_revalidate_seconds: 40, stale_if_error_seconds: 50 }

  test('sets a lifetime only where the API says nothing at all, and only of a 200', () => {
    const only = { settings: { ttl_seconds: 30 } }
    expect(lifetime([], only)).toBe(30)
    expect(lifetime([], { ...only, status: 404 })).toBeUndefined()
    expect(lifetime(cacheControl('no-transform'), only)).toBeUndefined()
    expect(lifetime([['expires', '0']], only)).toBeUndefined()
    expect(lifetime([['pragma', 'no-cache']], only)).toBeUndefined()
  })

  test.each<[string, number, number]>([
    ['max-age=60', 40, 50],
    ['max-age=60, stale-while-revalidate=5', 5, 50],
    ['max-age=60, stale-if-error=6', 40, 6],
    ['max-age=60, stale-if-error=x', 40, 0],
    ['max-age=60, must-revalidate, stale-if-error=6', 0, 0],
    ['max-age=60, proxy-revalidate', 0, 0],
    ['max-age=60, no-cache, stale-while-revalidate=5', 0, 0],
    ['s-maxage=60, stale-while-revalidate=5', 0, 0],
  ])('gives staleness where the API does not and nothing forbids it: %s', (value, revalidate, error) => {
    expect(evaluated(cacheControl(value), { settings }).freshness).toMatchObject({
      staleWhileRevalidateSeconds: revalidate,
      staleIfErrorSeconds: error,
    })
  })
})

test('staleness does not lengthen the lifetime, but the time that an answer is kept', () => {
  const { freshness, keepMs } = evaluated(cacheControl('max-age=60, stale-while-revalidate=600'))
  expect(remainingMs(freshness, now)).toBe(60_000)
  expect(keepMs).toBe(660_000)
})

test('a browser keeps what is private and counts no s-maxage', () => {
  const browser = (value: string) => evaluated(cacheControl(value)).freshness.browserLifetimeSeconds
  expect(browser('private, max-age=60')).toBe(60)
  expect(browser('max-age=5, s-maxage=60')).toBe(5)
  expect(browser('no-cache, max-age=60')).toBe(0)
})

describe('must-understand (RFC 9111 §5.2.2.3)', () => {
  test.each([200, 203, 301, 404, 410])(
    'lets go of the no-store beside it for %i, which we know',
    (status) => {
      const { storable, noStore } = evaluated(cacheControl('must-understand, no-store, max-age=60'), {
        status,
      })
      expect({ storable, noStore }).toEqual({ storable: true, noStore: false })
    },
  )

  test.each([299, 418, 499])('and forbids storing what has a status that we do not know: %i', (status) => {
    const both = evaluated(cacheControl('no-store, must-understand, max-age=60'), { status })
    expect([both.storable, both.noStore]).toEqual([false, true])
    expect(evaluated(cacheControl('must-understand, max-age=60'), { status }).storable).toBe(false)
  })

  test('is no permission by itself', () => {
    expect(evaluated(cacheControl('must-understand, private, max-age=60')).storable).toBe(false)
    expect(evaluated(cacheControl('must-understand, no-store, no-cache')).storable).toBe(false)
  })
})
