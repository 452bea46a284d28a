import fc from 'fast-check'
import { expect, test } from 'vitest'
import { utf8Length } from './utf8-length.ts'

test('a text has as many bytes as its encoding has, halves of pairs among them', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', '\x7f', '\x80', '߿', 'ࠀ', '\uffff', '😀', '\ud800', '\udc00'),
  })
  fc.assert(
    fc.property(text, (value) => {
      expect(utf8Length(value)).toBe(new TextEncoder().encode(value).length)
    }),
    { numRuns: 2000 },
  )
})
