import fc from 'fast-check'
import { eastAsianWidth } from 'get-east-asian-width'
import { describe, expect, test } from 'vitest'
import { codeFrame } from './code-frame.ts'

/** How many columns of a terminal stand before the caret, and before the marked character, in a frame. */
function columnsOf(frame: readonly string[], marked: string): readonly [caret: number, marked: number] {
  const at = frame.findIndex((row) => row.endsWith('^') && /^\s*\| +\^$|^\s*\|\s\^$/.test(row))
  const caret = (frame[at] ?? '').length - 1
  const before = (frame[at - 1] ?? '').split(marked)[0] ?? ''
  const width = Array.from(before).reduce(
    (sum, character) =>
      sum + (/\p{Mark}/u.test(character) ? 0 : eastAsianWidth(character.codePointAt(0) ?? 0)),
    0,
  )
  return [caret, width]
}

test('the line stands between its neighbours, the caret under the column', () => {
  expect(codeFrame({ text: 'one\ntwo {{ x }}\nthree\nfour', line: 2, column: 8 })).toEqual([
    '1 | one',
    '2 | two {{ x }}',
    '  |        ^',
    '3 | three',
  ])
})

test('numbers of different lengths keep the gutter straight', () => {
  const frame = codeFrame({
    text: Array.from({ length: 12 }, (_, n) => `l${n + 1}`).join('\n'),
    line: 9,
    column: 1,
  })
  expect(frame).toEqual([' 8 | l8', ' 9 | l9', '   | ^', '10 | l10'])
})

test('a column at the end of the text, and an empty text, have a caret too', () => {
  expect(codeFrame({ text: 'ab', line: 1, column: 3 })).toEqual(['1 | ab', '  |   ^'])
  expect(codeFrame({ text: '', line: 1, column: 1 })).toEqual(['1 |', '  | ^'])
})

test('the ends of lines of Windows do not show', () => {
  expect(codeFrame({ text: 'a\r\nb\r\n', line: 1, column: 1 })).toEqual(['1 | a', '  | ^', '2 | b'])
})

describe('the caret stands under its character behind', () => {
  test.each([
    ['tabs', '\t\t{{ ✗ }}'],
    ['wide characters', '日本語の名前 ✗'],
    ['emoji', '🙂🙂 ✗'],
    ['a family of emoji', '👨‍👩‍👧 ✗'],
    ['emoji with selectors', '⚠️⚠️ ✗'],
    ['combining marks', 'e\u0301a\u0308 ✗'],
    ['control characters', '\u0000\u0007\u001b[31m\u009b ✗'],
    ['marks of direction', '\u202eabc\u2066 ✗'],
    ['invisible characters', '\u200b\u00ad\ufeff ✗'],
    ['lone surrogates', '\ud83d \udc00 ✗'],
    ['other separators of lines', '\u2028\u2029\u0085\u000b ✗'],
  ])('%s', (_, text) => {
    const [caret, marked] = columnsOf(codeFrame({ text, line: 1, column: text.indexOf('✗') + 1 }), '✗')
    expect(caret).toBe(marked)
  })

  test('anything, at any length', () => {
    const text = fc.string({ unit: 'binary', maxLength: 300 }).map((raw) => raw.replace(/[\n\r✗]/g, ''))
    fc.assert(
      fc.property(text, text, (before, after) => {
        const frame = codeFrame({ text: `${before}✗${after}`, line: 1, column: before.length + 1 })
        const [caret, marked] = columnsOf(frame, '✗')
        expect(caret).toBe(marked)
      }),
    )
  })
})

test('no character of the text moves the cursor, colours, or turns the direction', () => {
  const text = String.fromCodePoint(
    ...Array.from({ length: 0x3000 }, (_, code) => code).filter((code) => code !== 10),
  )
  const shown = codeFrame({ text, line: 1, column: 1, width: 0x4000 }).join('')
  expect(shown).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u)
  expect(shown).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b-\u200f]/)
})

test('a position amid a surrogate pair is that of its character', () => {
  expect(codeFrame({ text: 'a🙂b', line: 1, column: 3 })).toEqual(['1 | a🙂b', '  |  ^'])
})

describe('a long line is cut around the caret', () => {
  const long = `{"a": "${'x'.repeat(500)}", "b": {{ ✗ }}, "c": "${'y'.repeat(500)}"}`

  test('to the width, with a sign at both ends', () => {
    const frame = codeFrame({ text: long, line: 1, column: long.indexOf('✗') + 1, width: 60 })
    expect(frame[0]).toHaveLength(60)
    expect(frame[0]).toMatch(/^1 \| ….*✗.*…$/)
    expect(columnsOf(frame, '✗')[0]).toBe(columnsOf(frame, '✗')[1])
  })

  test('at its beginning and its end with one sign', () => {
    expect(codeFrame({ text: long, line: 1, column: 1, width: 40 })[0]).toMatch(/^1 \| \{"a".*x…$/)
    expect(codeFrame({ text: long, line: 1, column: long.length, width: 40 })[0]).toMatch(/^1 \| …y+"\}$/)
  })

  test('through the middle of a wide character', () => {
    for (const lead of ['', 'a']) {
      const text = `${lead}${'語'.repeat(100)}✗${'語'.repeat(100)}`
      const frame = codeFrame({ text, line: 1, column: text.indexOf('✗') + 1, width: 43 })
      const [caret, marked] = columnsOf(frame, '✗')
      expect(caret).toBe(marked)
    }
  })

  test('a megabyte takes no time that anybody notices', () => {
    const started = performance.now()
    codeFrame({ text: 'x'.repeat(1_000_000), line: 1, column: 500_000 })
    expect(performance.now() - started).toBeLessThan(5000)
  })
})
