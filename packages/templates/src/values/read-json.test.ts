import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ExactNumber, isSameNumber } from './exact-number.ts'
import { readJson } from './read-json.ts'

const digits = fc.stringMatching(/^\d{1,30}$/)
const numberText = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(fc.constant('0'), fc.stringMatching(/^[1-9]\d{0,25}$/)),
    fc.oneof(
      fc.constant(''),
      digits.map((it) => `.${it}`),
    ),
    fc.oneof(
      fc.constant(''),
      fc.tuple(fc.constantFrom('e', 'E'), fc.constantFrom('', '+', '-'), digits).map((it) => it.join('')),
    ),
  )
  .map((parts) => parts.join(''))
const blank = fc.constantFrom('', '', ' ', '\n\t')
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('__proto__', ', 1.10', ': 1e5]', '\\', '"', '\\"', '1.10', 'constructor'),
)

/** A JSON text, as it is written without blanks. */
const json = fc.letrec<{ value: readonly [written: string, bare: string] }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    numberText.map((it) => [it, it] as const),
    fc.constantFrom(['true', 'true'] as const, ['false', 'false'] as const, ['null', 'null'] as const),
    text.map((it) => [JSON.stringify(it), JSON.stringify(it)] as const),
    fc.tuple(fc.array(tie('value'), { maxLength: 4 }), blank, blank).map(([all, one, other]) => {
      const of = (index: 0 | 1, a: string, b: string) =>
        `[${a}${all.map((part) => part[index]).join(`${b},${a}`)}${b}]`
      return [of(0, one, other), of(1, '', '')] as const
    }),
    fc
      .tuple(
        fc.uniqueArray(text, { maxLength: 4 }),
        fc.array(tie('value'), { minLength: 4, maxLength: 4 }),
        blank,
      )
      .map(([keys, values, gap]) => {
        // JSON.stringify moves keys that are indices to the front.
        // And JSON.parse of V8 13.6 takes a key that begins with an escape for another that it has seen before.
        const named = keys.filter((key) => !/^\d+$/.test(key) && !JSON.stringify(key).startsWith('"\\'))
        const of = (index: 0 | 1, a: string) => {
          const parts = named.map((key, at) => `${a}${JSON.stringify(key)}${a}:${a}${values[at]?.[index]}`)
          return `{${parts.join(`${a},`)}${a}}`
        }
        return [of(0, gap), of(1, '')] as const
      }),
  ),
})).value

test('whatever JSON is read is written with the same digits', () => {
  fc.assert(
    fc.property(json, ([written, bare]) => {
      expect(JSON.stringify(readJson(written))).toBe(bare)
    }),
    { numRuns: 3000 },
  )
})

test('but for its numbers it is what JSON.parse gives', () => {
  const plain = (value: unknown): unknown => {
    if (value instanceof ExactNumber) return value.valueOf()
    if (Array.isArray(value)) return value.map(plain)
    if (typeof value !== 'object' || value === null) return value
    return Object.entries(value).map(([key, part]) => [key, plain(part)])
  }
  fc.assert(
    fc.property(json, ([written]) => {
      expect(plain(readJson(`[${written}, 1.10]`))).toEqual(plain(JSON.parse(`[${written}, 1.10]`)))
    }),
    { numRuns: 1000 },
  )
})

test.each(['', '{', '[1,]', '01', '1.', '.5', '+1', '1e', 'NaN', '"\n"', '[1.10', '{"a":1.10,}'])(
  'what is no JSON is refused: %j',
  (given) => {
    expect(() => readJson(given)).toThrow(SyntaxError)
  },
)

test('numbers are the same by what they are, not by how they are written', () => {
  const same = (one: string, other: string): boolean =>
    isSameNumber(new ExactNumber(one), new ExactNumber(other))
  for (const [one, other] of [
    ['1.10', '1.1'],
    ['1e2', '100'],
    ['-0', '0.000'],
    ['1E-2', '0.01'],
    ['12300e-2', '123'],
    ['1e400', '10e399'],
  ] as const)
    expect(same(one, other), `${one} ${other}`).toBe(true)
  for (const [one, other] of [
    ['9007199254740993', '9007199254740992'],
    ['-1', '1'],
    ['1e400', '1e401'],
    ['0.1', '0.10000000000000001'],
  ] as const)
    expect(same(one, other), `${one} ${other}`).toBe(false)
  expect(isSameNumber(new ExactNumber('9007199254740993'), 9007199254740992)).toBe(false)
  expect(isSameNumber(1.1, new ExactNumber('1.10'))).toBe(true)
})

test('a text of a megabyte is read in a time that grows with its length', () => {
  const started = performance.now()
  for (const given of [
    `[${'9'.repeat(1_000_000)}]`,
    `[1.${'0'.repeat(1_000_000)}]`,
    `["${'\\\\'.repeat(500_000)}", 1.10]`,
    `["${'\\"'.repeat(500_000)}", 1.10]`,
    `[${'1.10,'.repeat(200_000)}1]`,
    `["${'1.10,'.repeat(200_000)}"]`,
    `["${' -1.'.repeat(250_000)}"]`,
  ])
    readJson(given)
  expect(performance.now() - started).toBeLessThan(10_000)
})
