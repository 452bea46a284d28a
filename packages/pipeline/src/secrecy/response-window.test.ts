import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { codings, nested, spellings } from '../testing/spellings.ts'
import { createInjectedSearch } from './injected-search.ts'
import { ResponseWindow } from './response-window.ts'

function windowFor(secret: string, { redacts = false, isEvents = false } = {}) {
  const search = createInjectedSearch([secret])
  if (search === undefined) throw new Error('nothing to search for')
  const onFound = () => {
    if (!redacts) throw new Error('found')
  }
  return new ResponseWindow({ search, redacts, onFound, isEvents })
}

/** What an API does, one after the other: bytes that come, or a silence. */
type Event = string | Buffer | undefined

/** What leaves at each event, and at the end. */
function leaving(window: ResponseWindow, events: readonly Event[]): Buffer[] {
  const out = events.map((event) =>
    Buffer.concat(event === undefined ? window.pause() : window.take(Buffer.from(event))),
  )
  return [...out, Buffer.concat(window.end())]
}

const silent = (text: string | Buffer): Event[] =>
  [...Buffer.from(text)].flatMap((byte) => [Buffer.from([byte]), undefined])

/** Of one length each; what they are made of differs. */
const pairs = [16, 64, 3000].map((length) => {
  const of = (alphabet: string) =>
    Array.from({ length }, (_, index) => alphabet[(index * 7 + (index >> 3)) % alphabet.length]).join('')
  return { length, one: of('abcdefghij-0123456789'), other: of('QRSTUVWXYZ_zyxwvu') }
})

describe.each(pairs)('a secret of $length bytes', ({ one, other }) => {
  test('and another of the same length: the same pieces in, the same bytes out at the same moments', () => {
    const piece = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'ab {}":,<\n0'), maxLength: 400 }),
      fc.integer({ min: 1, max: one.length - 1 }).map((cut) => one.slice(0, cut)),
      fc.integer({ min: 1, max: one.length - 1 }).map((cut) => `"${one.slice(cut)}`),
      fc.constant('data: x\n\n'),
      fc.integer({ min: 1000, max: 9000 }).map((length) => 'x'.repeat(length)),
      fc.constant(undefined),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), fc.boolean(), (events, isEvents) => {
        // Another must not be found in the pieces of one that happen to be whole.
        fc.pre(
          !events
            .map((event) => event ?? '')
            .join('')
            .includes(one),
        )
        const lengths = (secret: string) =>
          leaving(windowFor(secret, { isEvents }), events).map(({ length }) => length)
        expect(lengths(one)).toEqual(lengths(other))
      }),
      { numRuns: 100 },
    )
  })

  test('of which an API says any beginning: what is held tells not how much of it is right', () => {
    const counts = (guess: string) => {
      const out = leaving(windowFor(one), ['{"q":"', guess, undefined, 'more"} ', undefined])
      return out.map(({ length }) => length)
    }
    for (const cut of [1, 2, 8, 15, one.length - 1]) {
      expect(counts(one.slice(0, cut))).toEqual(counts(other.slice(0, cut)))
    }
  })

  test('at every cut, no byte of it leaves', () => {
    const step = Math.max(1, Math.floor(one.length / 40))
    for (let cut = 0; cut < one.length; cut += step) {
      const window = windowFor(one)
      const first = window.take(Buffer.from(`{"a":"${one.slice(0, cut)}`))
      expect(Buffer.concat([...first, ...window.pause()]).toString()).toBe('{"a":"')
      expect(() => window.take(Buffer.from(`${one.slice(cut)}"}`))).toThrow('found')
    }
  })
})

const awkward = 'sk&live+/0=%41é-0123456789'
/** All that fit into the window, which padded references in padded references do not. */
const everySpelling = [
  ...spellings,
  ...codings,
  ...spellings.flatMap((outer) => [...spellings, ...codings].map((inner) => nested(inner, outer))),
].filter((spelling) => spelling.write(awkward).length <= 4096)

test.each(everySpelling.map((spelling) => [spelling.name, spelling] as const))(
  'an API that is silent after every byte of a secret lets none of it leave: %s',
  (_, spelling) => {
    const window = windowFor(awkward)
    const out: Buffer[] = []
    expect(() => {
      for (const event of silent(Buffer.concat([Buffer.from('{"v":"'), spelling.write(awkward)]))) {
        out.push(...(event === undefined ? window.pause() : window.take(Buffer.from(event))))
      }
      window.end()
    }).toThrow('found')
    expect(Buffer.concat(out).toString()).toBe('{"v":"')
  },
)

describe('what leaves', () => {
  test('all but the last 4 KiB at once, and the rest at the end', () => {
    const out = leaving(windowFor('x'.repeat(256)), ['a'.repeat(4096), 'b', 'c'.repeat(10_000)])
    expect(out.map(({ length }) => length)).toEqual([0, 1, 10_000, 4096])
  })

  test.each([
    [16, 4096],
    [256, 4096],
    [257, 8192],
    [3000, 65_536],
  ])('a value of %i bytes holds %i', (length, held) => {
    const out = leaving(windowFor('x'.repeat(length)), ['a'.repeat(100_000)])
    expect(out.map((part) => part.length)).toEqual([100_000 - held, held])
  })

  test.each<[string, readonly Event[], readonly string[]]>([
    ['what lies before the last separator, after a silence', ['{"a":"b', undefined], ['', '{"a":"', 'b']],
    ['nothing more after a second silence', ['one two', undefined, undefined], ['', 'one ', '', 'two']],
    ['nothing without a separator', ['abc', undefined, 'def', undefined], ['', '', '', '', 'abcdef']],
    ['a line that ends in no base64', ['it works.\n', undefined], ['', 'it works.\n', '']],
    [
      'no line of base64 that may go on',
      ['> QUJDREVGR0hJSktM\n', undefined],
      ['', '> ', 'QUJDREVGR0hJSktM\n'],
    ],
    ['an empty line behind it', ['> QUJDREVGR0hJSktM\n\n', undefined], ['', '> QUJDREVGR0hJSktM\n\n', '']],
  ])('%s', (_, events, expected) => {
    expect(leaving(windowFor('0123456789abcdef'), events).map(String)).toEqual(expected)
  })

  test('each event of a stream as it ends, whatever its line breaks and its cuts', () => {
    const window = () => windowFor('0123456789abcdef', { isEvents: true })
    expect(leaving(window(), ['data: a\n\ndata: b', '\n', '\nid: 1']).map(String)).toEqual([
      'data: a\n\n',
      '',
      'data: b\n\n',
      'id: 1',
    ])
    for (const lineBreak of ['\n', '\r\n', '\r']) {
      const event = `data: abcdefgh${lineBreak}${lineBreak}`
      const out = leaving(window(), [...event].concat([...event]))
      expect(out.map(String).join('')).toBe(event + event)
      expect(String(out.at(-1))).toBe('')
    }
  })

  test.each([['correct horse battery staple'], ['a "quoted" password'], ['with a\ttab 0123456789']])(
    'nothing early where the secret holds a separator: %s',
    (secret) => {
      const events = ['data: some words\n\n', undefined, `data: ${secret.slice(0, 12)}`, undefined]
      const out = leaving(windowFor(secret, { isEvents: true }), events)
      expect(out.map(({ length }) => length)).toEqual([0, 0, 0, 0, 36])
    },
  )

  test('no space ends a word where the secret holds a +, which forms write as a space', () => {
    const out = leaving(windowFor('abcdefgh+ijklmnop'), ['{"a": abcdefgh ', undefined])
    expect(out.map(String)).toEqual(['', '{"a"', ': abcdefgh '])
  })
})

describe('redacted', () => {
  test('every occurrence is gone and all around it is there, whatever the pieces and silences', () => {
    const secret = 'sk-live-0123456789/abcdef'
    const parts = [
      'a',
      's',
      'sk-live-',
      secret,
      JSON.stringify(secret).replace('/', '\\/'),
      secret.slice(0, 20),
      ' ',
      '\n',
      '%',
    ]
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...parts), { maxLength: 30 }),
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
        (some, size, silences) => {
          const whole = some.join('')
          const pieces = whole.match(new RegExp(`.{1,${size}}`, 'gs')) ?? []
          const events = pieces.flatMap((piece, index) =>
            silences[index % silences.length] === true ? [piece, undefined] : [piece],
          )
          const out = Buffer.concat(leaving(windowFor(secret, { redacts: true }), events)).toString()
          const expected = whole.replaceAll(secret, '•••').replaceAll(secret.replace('/', '\\/'), '•••')
          expect(out).toBe(expected)
        },
      ),
      { numRuns: 200 },
    )
  })

  test.each(everySpelling.map((spelling) => [spelling.name, spelling] as const))('as %s', (_, spelling) => {
    const text = Buffer.concat([Buffer.from('before "'), spelling.write(awkward), Buffer.from('" behind')])
    for (const events of [[text], silent(text)]) {
      const out = Buffer.concat(leaving(windowFor(awkward, { redacts: true }), events)).toString()
      expect(out).toMatch(/^before ".{0,12}•••.{0,20}" behind$/s)
    }
  })
})

test('a body without a secret passes byte for byte, whatever its pieces', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.uint8Array({ maxLength: 6000 }))), fc.boolean(), (pieces, redacts) => {
      const events = pieces.map((piece) => (piece === null ? undefined : Buffer.from(piece)))
      const out = Buffer.concat(leaving(windowFor('sk-live-0123456789abcdef', { redacts }), events))
      expect(out.equals(Buffer.concat(events.filter((event) => event !== undefined)))).toBe(true)
    }),
  )
})
