import { expect, test } from 'vitest'
import { createCsrfTokens } from './csrf.ts'

test('a key of fewer than 32 bytes is refused when the proxy starts', () => {
  expect(() => createCsrfTokens(new Uint8Array(31))).toThrow('at least 32 bytes')
  expect(createCsrfTokens(new Uint8Array(32)).tokenFor('cookie')).toMatch(/^[\w-]{43}$/)
})

test('a token belongs to one cookie and one key', () => {
  const { tokenFor } = createCsrfTokens(new Uint8Array(32))
  const other = createCsrfTokens(new Uint8Array(32).fill(1))
  expect(tokenFor('a')).toBe(tokenFor('a'))
  expect(tokenFor('a')).not.toBe(tokenFor('b'))
  expect(tokenFor('a')).not.toBe(other.tokenFor('a'))
})
