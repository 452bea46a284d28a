import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { foldedBeyondLowerCase } from './case-folding-table.ts'
import { foldCase, foldQueryKey, mayBeUnlisted, nearQueryKeys } from './query-keys.ts'
import { areEqual, foldingClasses, foldingsBeyondLowerCase } from './testing/simple-case-folding.ts'

test('the checked-in table is what this Node knows of case folding (run `pnpm generate`)', () => {
  const expected = foldingsBeyondLowerCase().map((pair) => pair.map((code) => String.fromCodePoint(code)))
  expect([...foldedBeyondLowerCase]).toEqual(expected)
})

test('whatever characters are equal but for their case fold to one, and no others do', () => {
  const classes = foldingClasses()
  expect(classes.length).toBeGreaterThan(1300)
  for (const characters of classes) expect(new Set(characters.map(foldCase)).size).toBe(1)
  for (const [from, to] of foldedBeyondLowerCase) expect(areEqual(from, to)).toBe(true)
})

test.each([
  ['scope', '\u017fcope'],
  ['sort', '\u017fort'],
  ['key', '\u212aey'],
  ['\u03c3', '\u03c2'],
  ['limit', 'LIMIT[]'],
  ['limit', 'Limit[x]'],
])('%s and %s are one query key', (one, other) => {
  expect(foldQueryKey(other)).toBe(foldQueryKey(one))
})

const reserved = new Set(['scope', 'sort', 'api.version', 'Straße'].flatMap(nearQueryKeys))

test.each([
  ...[
    '\u017fcope',
    '\u017fort',
    'SCOPE[]',
    '[scope]',
    'scope[x][y]',
    ' scope',
    'api_version',
    'api[version]',
  ],
  ...['STRAẞE', 'a\0b', '', '[]', '.', ' '],
  ...[
    '_method',
    '_Method',
    '.method',
    ' method',
    '[method]',
    '_method[]',
    '_http\u200bmethod',
    '__httpMethod',
  ],
  ...['callback', 'CALLBACK[]', 'jsonp', 'j\u017fonp', 'access_token', 'accessToken', 'access-token'],
  ...['api_key', 'apikey', 'api\u212aey', 'token', 'TOKEN[x]', 'to\u212aen', '[token]'],
])('%j is never an unlisted parameter', (key) => {
  expect(mayBeUnlisted(key, reserved)).toBe(false)
})

test.each(['_', 'q', 'method', 'scopes', 'callbacks', 'filter[name]', 'page', 'tokens', 'token_type'])(
  '%j may be one',
  (key) => {
    expect(mayBeUnlisted(key, reserved)).toBe(true)
  },
)

test('`_` is refused where a listed key has no letter either', () => {
  expect(mayBeUnlisted('_', new Set(nearQueryKeys('_')))).toBe(false)
})

test('the table lies in the package as text that every engine reads alike', () => {
  const source = readFileSync(new URL('./case-folding-table.ts', import.meta.url), 'utf8')
  expect(source).toMatch(/^[\x20-\x7e\n]*$/)
})
