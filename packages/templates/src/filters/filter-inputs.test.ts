/** What each filter of the table makes of numbers with many digits, and of objects. */
import { describe, expect, test } from 'vitest'
import { compileTemplate } from '../compile.ts'
import { TemplateRenderError } from '../evaluate/render-error.ts'
import { withUser } from '../testing/support.ts'
import { ExactNumber, exactDouble } from '../values/exact-number.ts'
import { filterTable, type Kind } from './table.ts'

const numbers = ['9007199254740993', '7615917337495251231', '1.10', '1e400', '-0', '1E5', '25.0']

/** An argument that every filter of the kind can work with. */
const samples: Readonly<Record<Kind, string>> = {
  text: "'a'",
  texts: 'body.list',
  number: '2',
  date: '0',
  list: 'body.list',
  sequence: 'body.list',
  any: "'a'",
}

/** What certain filters want of an argument, beyond its kind. */
const special: Readonly<Record<string, readonly string[]>> = {
  jwt_encode: ["'key'", "'HS256'"],
  hmac_sha1: ["'key'", "'hex'"],
  hmac_sha256: ["'key'", "'hex'"],
  hmac_sha512: ["'key'", "'hex'"],
}

interface Slot {
  readonly filter: string
  readonly kind: Kind
  /** The template, with the value in question at this place of the filter. */
  readonly source: (value: string) => string
}

/** The input of each filter, and each of its arguments that may be any value. */
const places: readonly Slot[] = [...filterTable].flatMap(([filter, facts]) => {
  const kinds = facts.arguments ?? []
  const kindOf = (index: number): Kind => kinds[Math.min(index, kinds.length - 1)] ?? 'text'
  const argument = (index: number): string => special[filter]?.[index] ?? samples[kindOf(index)]
  const all = Array.from({ length: facts.arity[1] }, (_, index) => argument(index))
  const before = filter === 'sysparm' ? 'name=' : ''
  const write = (input: string, args: readonly string[]): string =>
    `${before}{{ ${input} | ${filter}${args.length > 0 ? `: ${args.join(', ')}` : ''} }}`
  const least = all.slice(0, facts.arity[0])
  const input: Slot = { filter, kind: facts.takes, source: (value) => write(value, least) }
  const more = all.flatMap((_, index): readonly Slot[] => {
    const isLiteral = special[filter] !== undefined || (facts.readsProperty === true && index === 0)
    if (isLiteral) return []
    const source = (value: string): string =>
      write(samples[facts.takes], [...all.slice(0, index), value, ...all.slice(index + 1)])
    return [{ filter, kind: kindOf(index), source }]
  })
  return [input, ...more]
})

/** Nothing may come after these. */
const standsLast = /\| (?:soql|odata|jql|sysparm|graphql|plain|number|raw)(?:: .*)? \}\}$/

type Outcome = { readonly text: string } | { readonly reason: string }

/** Renders where every filter may stand; `json` as its last step tells texts from numbers. */
function outcome(output: string, payload: string): Outcome {
  const last = standsLast.test(output) ? output : output.replace(/ \}\}$/, ' | json }}')
  const source = `{% assign body_ = user.first_name | from_json %}${last.replaceAll('body.', 'body_.')}`
  const { template, errors } = compileTemplate(source, { place: 'auth_text' })
  expect(errors, source).toEqual([])
  try {
    return { text: template?.render(withUser({ first_name: payload })) ?? '' }
  } catch (error) {
    if (error instanceof TemplateRenderError) return { reason: error.reason }
    throw error
  }
}

const marker = '424242'

function payload(number: string): string {
  const object = '{"a":1}'
  const double = exactDouble(new ExactNumber(number)) ?? 0
  return `{"list":["b","a"],"number":${number},"text":"${number}","double":${double},"marker":${marker},
    "object":${object},"objects":[${object}],"nested":[["a",[${object}]]]}`
}

describe.each(numbers)('%s', (number) => {
  const isHeld = exactDouble(new ExactNumber(number)) !== undefined
  const given = (source: string): Outcome => outcome(source, payload(number))

  test.each(places)('is right or refused in $source', ({ filter, kind, source }) => {
    const found = given(source('body.number'))
    const taken =
      filter === 'sum' && kind === 'list' ? 'number' : filter === 'slice' && kind === 'any' ? 'text' : kind
    if (taken === 'text' || taken === 'texts') expect(found).toEqual(given(source('body.text')))
    else if (taken === 'number' || taken === 'date') {
      expect(found).toEqual(isHeld ? given(source('body.double')) : { reason: 'filter' })
    } else {
      const expected = given(source('body.marker'))
      const text = 'text' in expected ? expected.text.replaceAll(marker, number) : undefined
      expect(found).toEqual(text === undefined ? expected : { text })
    }
  })
})

test('each filter is looked at', () => {
  expect(new Set(places.map(({ filter }) => filter))).toEqual(new Set(filterTable.keys()))
  expect(places.length).toBeGreaterThan(filterTable.size)
})

describe('an object has no text, and is no number', () => {
  const wanting: readonly Kind[] = ['text', 'texts', 'number', 'date']
  const given = (source: string): Outcome => outcome(source, payload('1'))

  test.each(places.filter(({ kind }) => wanting.includes(kind)))('in $source', ({ kind, source }) => {
    for (const value of ['body.object', 'body.objects', 'body.nested']) {
      expect(given(source(value)), value).toEqual({ reason: 'filter' })
    }
    if (kind === 'number' || kind === 'date') expect(given(source('body.list'))).toEqual({ reason: 'filter' })
  })

  test.each(places)('and never shows in $source', ({ source }) => {
    for (const value of ['body.object', 'body.objects', 'body.nested']) {
      const found = given(source(value))
      if ('text' in found) expect(found.text).not.toContain('[object')
    }
  })

  test.each([
    'uniq | join',
    'sort_natural',
    'sum',
    "map: 'a' | append: body.object",
    'first | upcase',
    'json | append: body.object',
  ])('nor after %s', (filters) => {
    expect(given(`{{ body.objects | ${filters} }}`)).toEqual({ reason: 'filter' })
  })
})
