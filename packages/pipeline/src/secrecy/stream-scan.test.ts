import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { codings, nested, type Spelling, spellings } from '../testing/spellings.ts'
import { createInjectedSearch, holdsInjected } from './injected-search.ts'
import { createStreamScan } from './stream-scan.ts'

function searchFor(...values: string[]) {
  const search = createInjectedSearch(values)
  if (search === undefined) throw new Error('nothing to search for')
  return search
}

/** Where something is found, in a stream that comes in these pieces. */
function found(pieces: readonly Buffer[], ...values: string[]) {
  const matches: [number, number][] = []
  const scan = createStreamScan({
    search: searchFor(...values).secrets,
    locates: true,
    onMatch: (begin, end) => void matches.push([begin, end]),
  })
  for (const piece of pieces) scan.take(piece)
  scan.end()
  return matches
}

function inPieces(text: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = []
  for (let at = 0, turn = 0; at < text.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    pieces.push(text.subarray(at, at + size))
    at += size
  }
  return pieces
}

const awkward = `s<e>c"r'e&t/+=%\\ü €-0123456789abcdef`
const everySpelling: readonly Spelling[] = [
  ...spellings,
  ...codings,
  ...spellings.flatMap((inner) => spellings.map((outer) => nested(inner, outer))),
  ...codings.flatMap((inner) => spellings.map((outer) => nested(inner, outer))),
]

describe('a secret is found', () => {
  test.each(everySpelling.map((spelling) => [spelling.name, spelling] as const))('as %s', (_, spelling) => {
    for (const before of ['', 'x', 'xy', 'xyz']) {
      const text = Buffer.concat([
        Buffer.from('{"v":"'),
        spelling.write(awkward, before, 'tail'),
        Buffer.from('"}'),
      ])
      expect(found([text], awkward), before).not.toEqual([])
    }
    const bytes = [...spelling.write(awkward, 'ab', 'c')].map((byte) => Buffer.from([byte]))
    expect(found(bytes, awkward), 'byte by byte').not.toEqual([])
  })

  test('whatever the secret, its spelling, what stands around it, and where it is cut', () => {
    const secret = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 16, maxLength: 60 }),
      // Decoding leaves enough of it to be searched for.
      fc
        .string({ unit: fc.constantFrom(...'ab01%+\\/&#;xu" <=-_é'), minLength: 16, maxLength: 40 })
        .filter((text) => text.replace(/[%\\&].{0,5}/g, '').length >= 10)
        .filter((text) => text.replace(/[^%\\&]/g, '').length <= 5),
      fc.base64String({ minLength: 16, maxLength: 200 }),
    )
    const around = fc.string({ unit: fc.constantFrom(...'ab %\\&"+0;u<\n'), maxLength: 5 })
    fc.assert(
      fc.property(
        secret.filter((text) => text.isWellFormed() && !text.includes('\n') && Buffer.byteLength(text) >= 16),
        fc.record({
          inner: fc.constantFrom(...spellings.filter(({ name }) => name !== 'raw'), ...codings),
          outer: fc.option(fc.constantFrom(...spellings)),
          before: around,
          after: around,
          outside: fc.string({ unit: fc.constantFrom(...'{}:, z'), maxLength: 3 }),
          sizes: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 }),
        }),
        (value, { inner, outer, before, after, outside, sizes }) => {
          const spelled = outer === null ? inner : nested(inner, outer)
          const text = Buffer.concat([Buffer.from(outside), spelled.write(value, before, after)])
          expect(found(inPieces(text, sizes), value)).not.toEqual([])
        },
      ),
      { numRuns: 500 },
    )
  })

  test('as it is, whatever stands around it and in it', () => {
    const unit = fc.constantFrom(...'ab01%+\\/&#;xu" <=-_é')
    fc.assert(
      fc.property(
        fc.string({ unit, minLength: 16, maxLength: 40 }),
        fc.tuple(fc.string({ unit, maxLength: 40 }), fc.string({ unit, maxLength: 40 })),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 }),
        (value, [before, after], sizes) => {
          const pieces = inPieces(Buffer.from(before + value + after), sizes)
          const at = Buffer.byteLength(before)
          expect(found(pieces, value)).toContainEqual([at, at + Buffer.byteLength(value)])
        },
      ),
      { numRuns: 500 },
    )
  })

  test.each<[string, string, string]>([
    ['a key with + that comes as it is', 'abc+def/ghi+jklmnop=', 'key=abc+def/ghi+jklmnop='],
    ['a key with + that comes with spaces', 'abc+def/ghi+jklmnop=', 'key=abc def/ghi jklmnop='],
    ['a secret that holds %41', 'sk%41live0123456789', 'sk%41live0123456789'],
    [
      'a secret that holds %41, with another character escaped',
      'sk%41/live0123456789',
      'sk%41\\/live0123456789',
    ],
    ['a secret that holds %41, percent-encoded', 'sk%41live0123456789', 'sk%2541live0123456789'],
    ['a % before a secret that begins with hex digits', '41b/0123456789abcdef', '100%41b/0123456789abcdef'],
    ['the same, escaped behind', '41b/0123456789abcdef', '100%41b\\/0123456789abcdef'],
    ['the same, percent-encoded', '41b/0123456789abcdef', '100%41b%2F0123456789abcdef'],
    ['a backslash before one that begins with n', 'nothing/0123456789abc', 'C:\\nothing\\/0123456789abc'],
    ['a secret that ends with the beginning of an escape', 'sk/live0123456789%', 'sk\\/live0123456789%41'],
    ['JSON in JSON', 'sk"live"/0123456789', JSON.stringify(JSON.stringify('sk"live"/0123456789'))],
    ['%252B', 'sk+live/0123456789', 'sk%252Blive%252F0123456789'],
    ['\\u002B', 'sk+live/0123456789', 'sk\\u002Blive/0123456789'],
    ['\\x2b', 'sk+live/0123456789', 'sk\\x2blive/0123456789'],
    ['&#x2b;', 'sk+live/0123456789', 'sk&#x2b;live/0123456789'],
    ['without its trailing newline', 'sk+live/0123456789\n', '"sk+live/0123456789"'],
  ])('%s', (_, secret, text) => {
    expect(found([Buffer.from(text)], secret)).not.toEqual([])
    expect(found(inPieces(Buffer.from(`${text} `), [1]), secret)).not.toEqual([])
  })

  test('in Latin-1: raw, percent-encoded, in hex and in base64', () => {
    const secret = 'pässwörd-0123456789'
    const latin = Buffer.from(secret, 'latin1')
    const hex = latin.toString('hex')
    for (const text of [
      latin,
      hex,
      hex.replace(/../g, '%$&'),
      hex.replace(/../g, '\\x$&'),
      latin.toString('base64'),
    ]) {
      expect(found([Buffer.from(text)], secret), text.toString()).not.toEqual([])
    }
  })

  test('where only one line of a PEM comes back, and not for its boundaries', () => {
    const body = randomBytes(300).toString('base64').replace(/.{64}/g, '$&\n')
    for (const pem of [
      `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`,
      `-----BEGIN PRIVATE KEY-----\\n${body.replaceAll('\n', '\\n')}\\n-----END PRIVATE KEY-----`,
      `-----BEGIN PRIVATE KEY----- ${body.replaceAll('\n', ' ')} -----END PRIVATE KEY-----`,
    ]) {
      expect(found([Buffer.from(`x ${body.split('\n')[2]} y`)], pem)).not.toEqual([])
      expect(found([Buffer.from('-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----')], pem)).toEqual([])
    }
  })
})

describe('nothing is found', () => {
  test('in a text that holds no secret, whatever its escapes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 3000 }),
        fc.string({ unit: fc.constantFrom(...'%\\&#xu0123456789abcdef;"n/ '), maxLength: 2000 }),
        fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 }),
        (bytes, text, sizes) => {
          const whole = Buffer.concat([Buffer.from(bytes), Buffer.from(text)])
          expect(
            found(inPieces(whole, sizes), 'sk-live-0123456789ABCDEF', randomBytes(32).toString('hex')),
          ).toEqual([])
        },
      ),
      { numRuns: 300 },
    )
  })

  test('in all but the whole of a secret', () => {
    const secret = 'sk-live-0123456789abcdef'
    for (let cut = 1; cut < secret.length; cut++) {
      const text = `${secret.slice(0, cut)} ${secret.slice(cut)} ${secret.slice(0, -1)}x`
      expect(found([Buffer.from(text)], secret)).toEqual([])
    }
  })
})

test('a search finds what a search for each form finds, and where', () => {
  const unit = fc.constantFrom('a', 'b')
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit, minLength: 16, maxLength: 20 }), { minLength: 1, maxLength: 4 }),
      fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 300 }),
      fc.array(fc.integer({ min: 0, max: 299 }), { maxLength: 4 }),
      (values, filler, places) => {
        // Values put over the text, so that there is something to be found.
        let text = filler
        for (const [index, place] of places.entries()) {
          const value = values[index % values.length] ?? ''
          text = text.slice(0, place) + value + text.slice(place + value.length)
        }
        const expected = new Set<string>()
        for (const value of values) {
          for (let at = text.indexOf(value); at !== -1; at = text.indexOf(value, at + 1)) {
            expected.add(`${at} ${at + value.length}`)
          }
        }
        const matches = found([Buffer.from(text)], ...values).map(([begin, end]) => `${begin} ${end}`)
        expect([...new Set(matches)].toSorted()).toEqual([...expected].toSorted())
      },
    ),
    { numRuns: 500 },
  )
})

test('what is short is not searched for', () => {
  expect(createInjectedSearch(['short-secret', ''])).toBeUndefined()
  expect(holdsInjected(Buffer.from('short-secret'), searchFor('short-secret', 'a'.repeat(16)))).toBe(false)
})
