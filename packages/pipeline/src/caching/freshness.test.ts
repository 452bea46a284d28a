import { expect, test } from 'vitest'
import type { HeaderList } from '../header-list.ts'
import { plainPorts } from '../testing/plain-ports.ts'
import { freshnessOf } from './freshness.ts'

function evaluate(headers: HeaderList, change: { status?: number; ttlSeconds?: number } = {}) {
  const { ports, time } = plainPorts()
  const { status = 200, ttlSeconds } = change
  return { ...freshnessOf({ method: 'GET', status, headers, ttlSeconds, clock: ports.clock }), time }
}

const cacheControl = (...values: string[]): HeaderList => values.map((value) => ['cache-control', value])

test.each([
  [cacheControl('max-age=60'), 60],
  [cacheControl('Max-Age=60'), 60],
  [cacheControl('public', 'max-age=60'), 60],
  [cacheControl('max-age=10, s-maxage=60'), 60],
  [[...cacheControl('max-age=60'), ['age', '20']] as HeaderList, 40],
  [[...cacheControl('max-age=60'), ['age', '-999999999']] as HeaderList, 60],
])('%j lives for %i s', (headers, seconds) => {
  const { storable, policy } = evaluate(headers)
  expect(storable).toBe(true)
  expect(policy.remainingMs()).toBe(seconds * 1000)
})

test.each([
  [[]],
  [cacheControl('no-store, max-age=60')],
  [cacheControl('NO-STORE, max-age=60')],
  [cacheControl('private, max-age=60')],
  [cacheControl('no-cache, max-age=60')],
  [cacheControl('max-age=0')],
  [cacheControl('max-age=60', 'max-age=90')],
  [cacheControl('max-age=sixty')],
  [cacheControl('max-age=-1')],
  [[...cacheControl('max-age=60'), ['set-cookie', 'a=b']] as HeaderList],
  [[...cacheControl('max-age=60'), ['vary', '*']] as HeaderList],
  [[['last-modified', 'Wed, 01 Jan 2020 00:00:00 GMT']] as HeaderList],
])('%j is not stored', (headers) => {
  expect(evaluate(headers).storable).toBe(false)
})

test('206 is not stored', () => {
  expect(evaluate(cacheControl('max-age=60'), { status: 206 }).storable).toBe(false)
})

test('the definition sets a lifetime only where the API says nothing at all, and only of a 200', () => {
  expect(evaluate([], { ttlSeconds: 30 }).storable).toBe(true)
  expect(evaluate([], { ttlSeconds: 30, status: 404 }).storable).toBe(false)
  expect(evaluate(cacheControl('no-transform'), { ttlSeconds: 30 }).storable).toBe(false)
  expect(evaluate([['expires', '0']], { ttlSeconds: 30 }).storable).toBe(false)
})

test('a stored answer ages with the clock and goes stale', () => {
  const { policy, time } = evaluate(cacheControl('max-age=60'))
  time.nowMs += 45_000
  expect([policy.ageSeconds(), policy.remainingMs()]).toEqual([45, 15_000])
  time.nowMs += 15_000
  expect(policy.remainingMs()).toBe(0)
})

test('stale-while-revalidate does not lengthen the lifetime', () => {
  expect(evaluate(cacheControl('max-age=60, stale-while-revalidate=600')).policy.remainingMs()).toBe(60_000)
})
