import fc from 'fast-check'
import { expect, test } from 'vitest'
import { offsetInLiteral } from './string-literal.ts'

test.each([
  ['"abc"', 0, 1],
  ['"abc"', 3, 4],
  [String.raw`"a\"b"`, 2, 4],
  [String.raw`"\\\/x"`, 2, 5],
  [String.raw`"a\nb"`, 2, 4],
  [String.raw`"\u00e9x"`, 1, 7],
  [String.raw`"\ud83d\ude42x"`, 1, 7],
  [String.raw`"\ud83d\ude42x"`, 2, 13],
  ['"🙂x"', 2, 3],
  ['""', 0, 1],
  ['"a"', 99, 2],
])('%s: unit %i of the value begins at %i', (literal, offset, expected) => {
  expect(offsetInLiteral(literal, offset)).toBe(expected)
})

test('what is found there is the character of the value, however the string is written', () => {
  const unit = fc.oneof(
    fc.constantFrom('"', '\\', '/', '\n', '\t', '\u0000', 'é', '🙂', '\ud800', 'u'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  )
  const written = fc.array(fc.tuple(unit, fc.boolean()), { maxLength: 30 })
  const escaped = (text: string) =>
    Array.from(
      { length: text.length },
      (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join('')
  fc.assert(
    fc.property(written, (parts) => {
      const value = parts.map(([text]) => text).join('')
      const pieces = parts.map(([text, isEscaped]) =>
        isEscaped ? escaped(text) : JSON.stringify(text).slice(1, -1),
      )
      const literal = `"${pieces.join('')}"`
      for (let offset = 0; offset <= value.length; offset++) {
        const at = offsetInLiteral(literal, offset)
        expect(JSON.parse(`"${literal.slice(1, at)}"`)).toBe(value.slice(0, offset))
      }
    }),
  )
})
