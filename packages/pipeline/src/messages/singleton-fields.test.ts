import fc from 'fast-check'
import { expect, test } from 'vitest'
import { withSingleValues } from './singleton-fields.ts'

const fields = [
  'Age',
  'Content-Disposition',
  'Content-Location',
  'Content-Range',
  'Content-Type',
  'Date',
  'Deprecation',
  'ETag',
  'Expires',
  'Last-Modified',
  'Location',
  'Retry-After',
  'Sunset',
].map((name) => name.toLowerCase())

test.each(fields)('%s: equal values count as one, in the place of the first', (name) => {
  const headers = [
    ['x-a', '1'],
    [name, 'same'],
    ['x-b', '2'],
    [name, 'same'],
    [name, 'same'],
  ] as const
  expect(withSingleValues(headers)).toEqual(headers.slice(0, 3))
})

test.each(fields)('%s: different values are UPSTREAM_PROTOCOL_ERROR, which names the field alone', (name) => {
  const headers = [
    [name, 'one-7f3a'],
    [name, 'two-7f3a'],
  ] as const
  expect(() => withSingleValues(headers)).toThrow(
    expect.objectContaining({
      code: 'UPSTREAM_PROTOCOL_ERROR',
      message: expect.not.stringContaining('7f3a'),
    }),
  )
})

test.each([
  ['age', '60, 60', '60'],
  ['content-length', '5,5 ,5', '5'],
  ['retry-after', '7, 7', '7'],
  ['age', '60, 61', '60, 61'],
  ['retry-after', 'Thu, 01 Jan 2026 00:00:00 GMT', 'Thu, 01 Jan 2026 00:00:00 GMT'],
  ['etag', '"a, a"', '"a, a"'],
])('%s: %s, as some proxies join repeats, is read as %s', (name, value, read) => {
  expect(withSingleValues([[name, value]])).toEqual([[name, read]])
})

test('a number joined with itself equals the same number alone', () => {
  const headers = [
    ['age', '60, 60'],
    ['age', '60'],
  ] as const
  expect(withSingleValues(headers)).toEqual([['age', '60']])
})

test('fields that are lists keep their repeats; without a repeat nothing is copied', () => {
  const lists = [
    ['link', '</a>'],
    ['link', '</a>'],
    ['cache-control', 'a'],
    ['cache-control', 'b'],
    ['constructor', 'x'],
    ['constructor', 'y'],
    ['age', '1'],
  ] as const
  expect(withSingleValues(lists)).toBe(lists)
})

test('for any headers: no field of one value is left twice, and no other is touched', () => {
  const header = fc.tuple(fc.constantFrom('age', 'etag', 'link', 'x'), fc.constantFrom('1', '2'))
  fc.assert(
    fc.property(fc.array(header, { maxLength: 8 }), (headers) => {
      const isContradictory = ['age', 'etag'].some(
        (field) => new Set(headers.filter(([name]) => name === field).map(([, value]) => value)).size > 1,
      )
      if (isContradictory) {
        expect(() => withSingleValues(headers)).toThrow()
        return
      }
      const kept = withSingleValues(headers)
      for (const field of ['age', 'etag']) {
        const wasThere = headers.some(([name]) => name === field)
        expect(kept.filter(([name]) => name === field)).toHaveLength(wasThere ? 1 : 0)
      }
      const lists = (list: typeof kept) => list.filter(([name]) => name === 'link' || name === 'x')
      expect(lists(kept)).toEqual(lists(headers))
    }),
  )
})
