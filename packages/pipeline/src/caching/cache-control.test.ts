import { expect, test } from 'vitest'
import { cacheDirectives, contradictsItself, secondsOf } from './cache-control.ts'

const parse = (...lines: string[]) => {
  const directives = cacheDirectives(lines.map((line) => ['cache-control', line]))
  if (directives === undefined) throw new Error('absent')
  return directives
}

test.each([
  ['max-age=60', 60],
  ['MaX-aGe=60', 60],
  ['max-age="60"', 60],
  ['max-age=0060', 60],
  ['foobar, max-age=60', 60],
  ['extension="max-age=3600", max-age=1', 1],
  ['max-age=1, extension="max-age=3600"', 1],
  ['extension="a\\", max-age=3600", max-age=1', 1],
  [' , ,max-age=60,', 60],
  ['max-age=99999999999999999999', 2 ** 31],
])('%s is a lifetime of %i s', (text, seconds) => {
  expect(secondsOf(parse(text), 'max-age')).toBe(seconds)
  expect(contradictsItself(parse(text))).toBe(false)
})

test.each([
  ["max-age='60'"],
  ['max-age=-60'],
  ['max-age=60.0'],
  ['max-age=a60'],
  ['max-age=60a'],
  ['max-age =60'],
  ['max-age= 60'],
  ['max-age'],
  ['max-age='],
  ['max-age="60'],
  ['max-age=60, max-age=60'],
  ['max-age=60, s-maxage=x'],
])('%s is a lifetime that nobody can rely on', (text) => {
  expect(contradictsItself(parse(text))).toBe(true)
})

test('repeats of the field are one list', () => {
  expect(contradictsItself(parse('max-age=60', 'max-age=90'))).toBe(true)
  expect(secondsOf(parse('public', 's-maxage=5'), 's-maxage')).toBe(5)
})

test('a directive in a quoted string is none', () => {
  expect(parse('extension="no-store"').has('no-store')).toBe(false)
  expect(parse('no-cache="a, b", private=x').has('no-cache')).toBe(true)
})
