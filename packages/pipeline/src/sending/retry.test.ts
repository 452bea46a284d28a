import { Readable } from 'node:stream'
import { ProblemError } from '@sluice/connector-schema'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { httpDate } from '../caching/http-date.ts'
import { pauseBeforeRetry } from './retry.ts'

const nowMs = Date.UTC(2026, 0, 1)
const unavailable = (...retryAfter: string[]) => ({
  status: 503,
  headers: retryAfter.map((value) => ['retry-after', value] as const),
  body: Readable.from([]),
})
const pause = (retryAfter: string, attempt = 1) =>
  pauseBeforeRetry(unavailable(retryAfter), { attempt, nowMs, random: 0.5 })

test.each([
  '',
  '-1',
  '+5',
  '0',
  '0.5',
  '1e3',
  '5s',
  '5, 6',
  '0x10',
  'soon',
  '2026-01-01T01:00:00Z',
  'Thu, 01 Jan 2026 01:00:00 PST',
  'Thu, 01 Jan 2026 25:00:00 GMT',
  '1/1/2030',
  httpDate(nowMs - 1000),
  httpDate(0),
])('Retry-After %j leaves the back-off as it is', (value) => {
  expect([1, 2, 3].map((attempt) => pause(value, attempt))).toEqual([100, 200, 400])
})

test.each([
  ['2', 2000],
  ['007', 7000],
  ['99999999999999999999', 2 ** 31 * 1000],
  [httpDate(nowMs + 3000), 3000],
  ['Thursday, 01-Jan-26 00:00:09 GMT', 9000],
  ['Thu Jan  1 00:00:08 2026', 8000],
])('Retry-After %j is waited for: %d ms', (value, ms) => {
  expect(pause(value)).toBe(ms)
})

test('no Retry-After ever makes the wait shorter than the back-off, 100 ms doubling, ± 20 %', () => {
  const value = fc.oneof(
    fc.string(),
    fc.integer().map(String),
    fc.double().map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
  )
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  fc.assert(
    fc.property(value, fc.integer({ min: 1, max: 5 }), random, (retryAfter, attempt, jitter) => {
      const waited = pauseBeforeRetry(unavailable(retryAfter), { attempt, nowMs, random: jitter }) ?? 0
      expect(waited).toBeGreaterThanOrEqual(80 * 2 ** (attempt - 1))
      expect(Number.isFinite(waited)).toBe(true)
    }),
  )
})

test('the jitter is 20 % each way', () => {
  const at = (random: number) => pauseBeforeRetry(unavailable(), { attempt: 2, nowMs, random })
  expect([at(0), at(0.5), at(1)]).toEqual([160, 200, 240])
})

test('only what another attempt may mend is tried again', () => {
  const moment = { attempt: 1, nowMs, random: 0.5 }
  const problem = (code: 'UPSTREAM_UNREACHABLE' | 'UPSTREAM_TIMEOUT' | 'UPSTREAM_PROTOCOL_ERROR') =>
    pauseBeforeRetry(new ProblemError(code, { detail: 'x' }), moment)
  expect(problem('UPSTREAM_UNREACHABLE')).toBe(100)
  expect([problem('UPSTREAM_TIMEOUT'), problem('UPSTREAM_PROTOCOL_ERROR')]).toEqual([undefined, undefined])
  expect(pauseBeforeRetry({ ...unavailable('1'), status: 500 }, moment)).toBeUndefined()
})
