import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { invalidPathValue } from './path-value.ts'

const formats = ['segment', 'text', 'path'] as const

describe.each(formats)('format %s', (format) => {
  test.each(['.', '..', '', '\\', 'a\\b', 'a\u0000b', 'a\nb', '\u007f'])('refuses %j', (value) => {
    expect(invalidPathValue(value, format)).toBeTypeOf('string')
  })

  test.each(['%2e', '%2E%2e', '.%2e', '%2e.'])('refuses the dot segment written %j', (value) => {
    expect(invalidPathValue(value, format)).toBeTypeOf('string')
  })

  test('accepts an ordinary value', () => {
    expect(invalidPathValue('42', format)).toBeUndefined()
    expect(invalidPathValue('a.b~c_d-e', format)).toBeUndefined()
  })
})

describe('format segment', () => {
  test.each(['a/b', 'a%2fb', 'a..b', 'a b', 'é', 'a'.repeat(201), 'a;b', 'a?b', 'a#b', '{{x}}'])(
    'refuses %j',
    (value) => {
      expect(invalidPathValue(value, 'segment')).toBeTypeOf('string')
    },
  )
})

describe('formats text and path', () => {
  test.each([
    'a/../b',
    '../x',
    'x/..',
    'a%2f..%2fb',
    'a/%2e%2e/b',
    'a%5C..%5cb',
    'a/..;/b',
    '..%3bx',
    '\ud800',
  ])('refuse %j', (value) => {
    expect(invalidPathValue(value, 'text')).toBeTypeOf('string')
    expect(invalidPathValue(value, 'path')).toBeTypeOf('string')
  })

  test.each(['a b', 'naïve', '日本', 'a/b', 'a...b', '{{ get_secret("k") }}', '50%'])(
    'accept %j',
    (value) => {
      expect(invalidPathValue(value, 'text')).toBeUndefined()
      expect(invalidPathValue(value, 'path')).toBeUndefined()
    },
  )
})

test('whatever is accepted leaves the segments around it where they were, decoded once or twice', () => {
  fc.assert(
    fc.property(fc.constantFrom(...formats), fc.string({ unit: 'binary' }), (format, value) => {
      if (invalidPathValue(value, format) !== undefined) return
      const encoded =
        format === 'path' ? value.split('/').map(encodeURIComponent).join('/') : encodeURIComponent(value)
      const url = new URL(`https://a.example.com/before/${encoded}/after`)
      expect(url.pathname.startsWith('/before/')).toBe(true)
      expect(url.pathname.endsWith('/after')).toBe(true)
      const decoded = new URL(`https://a.example.com/before/${encoded.replaceAll(/%2f/gi, '/')}/after`)
      expect(decoded.pathname.startsWith('/before/')).toBe(true)
      expect(decoded.pathname.endsWith('/after')).toBe(true)
    }),
  )
})
