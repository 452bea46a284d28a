import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodePairs, encodePairs } from './wire.ts'

const text = fc.string({ unit: 'grapheme' }).filter((value) => value.isWellFormed())

test('what one side encodes, the other side decodes: any pairs, repeats and empty values kept', () => {
  const pairs = fc.array(fc.tuple(text, text))
  fc.assert(
    fc.property(pairs, (sent) => {
      expect(decodePairs(encodePairs(sent))).toEqual(sent)
    }),
  )
})

test('an encoded list is visible ASCII, so that it can stand in a header', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }))), (pairs) => {
      expect(encodePairs(pairs)).toMatch(/^[\x21-\x7e]*$/)
    }),
  )
})

test.each(['%', 'a=%zz', 'a=%c3%28', 'a=%ff', '%ed%a0%80=x', 'a=%e2%82'])(
  'bad percent-encoding or bad UTF-8 is refused, not repaired: %s',
  (encoded) => {
    expect(decodePairs(encoded)).toBeUndefined()
  },
)

test('a plus is a space, an escaped plus is a plus', () => {
  expect(decodePairs('q=a+b%2Bc')).toEqual([['q', 'a b+c']])
})
