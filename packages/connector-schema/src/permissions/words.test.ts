import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { codeSpan, keyOf, toMarkdown, visible, words } from './words.ts'

describe('a code span', () => {
  test.each([
    ['limit', '`limit`'],
    ['', '`  `'],
    ['`', '`` ` ``'],
    ['a``b', '```a``b```'],
    ['line\nbreak', '`line\\u{a}break`'],
    ['\u202etxt.exe', '`\\u{202e}txt.exe`'],
    ['zero\u200bwidth', '`zero\\u{200b}width`'],
    ['no\u00a0break', '`no\\u{a0}break`'],
    ['<!-- x -->', '`<!-- x -->`'],
    ['é', '`é`'],
  ])('of %j is %s', (text, span) => expect(codeSpan(text)).toBe(span))

  test('never ends before its fence, whatever the text', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('`', ' ', 'a', '\n', '*', '\u202e') }),
    )
    fc.assert(
      fc.property(text, (value) => {
        const span = codeSpan(value)
        const fence = /^`+/.exec(span)?.[0] ?? ''
        const inner = span.slice(fence.length, -fence.length)
        expect(span.endsWith(fence)).toBe(true)
        expect([...inner.matchAll(/`+/g)].some(([run]) => run.length === fence.length)).toBe(false)
        expect(span).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u)
      }),
      { numRuns: 2000 },
    )
  })
})

test('what is not seen is spelled out, once', () => {
  expect(visible('a\u0000b\u{e0041}c')).toBe('a\\u{0}b\\u{e0041}c')
})

test('words quote what is interpolated, and no text looks like words of ours', () => {
  expect(toMarkdown(words`${'key'} to ${'host'}, in a header`)).toBe('`key` to `host`, in a header')
  expect(keyOf(words`${'a'} to ${'b to c'}`)).not.toBe(keyOf(words`${'a to b'} to ${'c'}`))
})
