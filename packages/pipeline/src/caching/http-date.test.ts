import { expect, test } from 'vitest'
import { httpDate, parseHttpDate } from './http-date.ts'

const now = Date.UTC(2026, 0, 1)
const aTime = Date.UTC(1994, 10, 6, 8, 49, 37)

test.each([
  ['Sun, 06 Nov 1994 08:49:37 GMT'],
  ['SUN, 06 NOV 1994 08:49:37 gmt'],
  ['Sunday, 06-Nov-94 08:49:37 GMT'],
  ['Sun Nov  6 08:49:37 1994'],
  [httpDate(aTime)],
])('%s is a date', (text) => {
  expect(parseHttpDate(text, now)).toBe(aTime)
})

test.each([
  ['0'],
  ['-1'],
  [''],
  ['Thu, 18 Aug 2050 02:01:18 UTC'],
  ['Thu, 18 Aug 2050 02:01:18 AEST'],
  ['Thu, 18 Aug 2050 02:01:18'],
  ['Thu, 18 Aug 50 02:01:18 GMT'],
  ['Thu 18 Aug 2050 02:01:18 GMT'],
  ['Thu, 18  Aug  2050 02:01:18 GMT'],
  ['Thu, 18-Aug-2050 02:01:18 GMT'],
  ['Thu, 18 Aug 2050 02.01.18 GMT'],
  ['Thu, 18 Aug 2050 2:01:18 GMT'],
  ['Thu, 31 Feb 2050 02:01:18 GMT'],
  ['Thu, 18 Aug 2050 24:01:18 GMT'],
  ['2050-08-18T02:01:18Z'],
  ['Thu, 18 Aug 2050 02:01:18 GMT, Thu, 18 Aug 2050 02:01:18 GMT'],
])('%j is none', (text) => {
  expect(parseHttpDate(text, now)).toBeUndefined()
})

test('two digits of a year are never more than fifty years ahead', () => {
  expect(parseHttpDate('Thursday, 18-Aug-75 02:01:18 GMT', now)).toBe(Date.UTC(2075, 7, 18, 2, 1, 18))
  expect(parseHttpDate('Thursday, 18-Aug-77 02:01:18 GMT', now)).toBe(Date.UTC(1977, 7, 18, 2, 1, 18))
})
