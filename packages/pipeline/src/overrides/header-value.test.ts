import { expect, test } from 'vitest'
import { invalidHeaderValue } from './header-value.ts'

test.each(['\r\nX-Evil: 1', 'a\nb', 'a\rb', 'a\u0000b', 'a\u0001b', 'a\u007fb', 'łódź', 'a\u2028b'])(
  'refuses %j in any header',
  (value) => {
    expect(invalidHeaderValue('X-Any', value)).toBe('header_value')
  },
)

test.each(['a; b=c', 'a, b', '"a"'])('refuses %j in a cookie, where it could add another', (value) => {
  expect(invalidHeaderValue('X-Any', value)).toBeUndefined()
  expect(invalidHeaderValue('cookie', value)).toBe('cookie_value')
})

test('accepts visible Latin-1, spaces and tabs', () => {
  expect(invalidHeaderValue('X-Any', 'naïve\tcafé {{ x }}')).toBeUndefined()
})
