import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RenderFailure } from '../evaluate/render-error.ts'
import {
  type InnerLanguage,
  innerLanguages,
  operand,
  operandPlace,
  requireNumber,
  requirePlain,
} from './index.ts'

function language(name: string): InnerLanguage {
  const found = innerLanguages.get(name)
  if (found === undefined) throw new Error(`there is no ${name}`)
  return found
}

function walk({ start, step }: InnerLanguage, text: string): string {
  let state = start
  for (const char of text) state = step(state, char)
  return state
}

/** The first literal of a text and what stands after it, read by the rules of one language. */
type Reader = (text: string) => { readonly value: string; readonly rest: string }

/** Backslash escapes: how SOQL, JQL and GraphQL write what they cannot hold. */
function backslashReader(quotes: string, escapes: Readonly<Record<string, string>>): Reader {
  return (text) => {
    const quote = text[0] ?? ''
    if (!quotes.includes(quote)) throw new Error('no literal begins here')
    let value = ''
    for (let i = 1; i < text.length; i += 1) {
      const char = text[i] ?? ''
      if (char === quote) return { value, rest: text.slice(i + 1) }
      if (char === '\n' || char === '\r') throw new Error('a line break inside a literal')
      if (char !== '\\') value += char
      else {
        i += 1
        const escaped = text[i] ?? ''
        if (escaped === 'u' && 'u' in escapes) {
          value += String.fromCharCode(Number.parseInt(text.slice(i + 1, i + 5), 16))
          i += 4
        } else {
          const meant = escapes[escaped]
          if (meant === undefined) throw new Error(`\\${escaped} is no escape`)
          value += meant
        }
      }
    }
    throw new Error('the literal is not closed')
  }
}

const controls = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }

const readers: Readonly<Record<string, Reader>> = {
  // SOQL and SOSL Reference, "Quoted String Escape Sequences".
  soql: backslashReader("'", { ...controls, '"': '"', "'": "'", '\\': '\\' }),
  // OData ABNF 4.01: string = SQUOTE *( SQUOTE-in-string / … ) SQUOTE; SQUOTE-in-string = SQUOTE SQUOTE.
  odata: (text) => {
    const literal = /^'((?:[^']|'')*)'/.exec(text)
    if (literal === null) throw new Error('no literal begins here')
    return { value: (literal[1] ?? '').replaceAll("''", "'"), rest: text.slice(literal[0].length) }
  },
  // Jira, "Advanced searching: reserved characters" and its grammar: ESCAPE : '\\' ( t n r \ ' " space uXXXX ).
  jql: backslashReader(`"'`, { n: '\n', r: '\r', t: '\t', '"': '"', "'": "'", '\\': '\\', ' ': ' ', u: '' }),
  // GraphQL §2.9.4: EscapedCharacter and EscapedUnicode are those of JSON.
  graphql: (text) => {
    const literal = /^"(?!"")(?:[^"\\\n\r]|\\u[0-9A-Fa-f]{4}|\\["\\/bfnrt])*"/.exec(text)
    if (literal === null) throw new Error('no literal begins here')
    return { value: String(JSON.parse(literal[0])), rest: text.slice(literal[0].length) }
  },
}

/** Texts with what hurts in them, without what a language refuses by name. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom("'", '"', '\\', '\n', '\r', '\t', '#', '^', '%', '_', '*/', '--', 'u0027', "''"),
      fc.string(),
    ),
  )
  .map((parts) =>
    parts
      .join('')
      .replace(/[\x00-\x07\x0b\x0e-\x1f\x7f]/g, ' ')
      .toWellFormed(),
  )

describe.each(Object.entries(readers))('%s', (name, read) => {
  const it = language(name)
  const open = name === 'jql' || name === 'graphql' ? '"' : "'"

  test('a quoted text is one literal that gives the text back', () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(read(`${it.quote(value)} AND x = 1`)).toEqual({ value, rest: ' AND x = 1' })
      }),
    )
  })

  test('between quotes of the author a text stays within them', () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(read(`${open}a${it.content(value, open)}b${open} OR 1`)).toEqual({
          value: `a${value}b`,
          rest: ' OR 1',
        })
      }),
    )
  })

  test('the automaton sees where literals begin and end', () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(it.at(walk(it, `x = ${it.quote(value)} `))).toEqual({ kind: 'outside' })
        expect(it.at(walk(it, `x = ${open}a${it.content(value, open)}`))).toEqual({ kind: 'inside', open })
      }),
    )
  })

  test.each([
    "' OR Name != '",
    "\\' OR 1=1 --",
    "'; DROP",
    '" OR "1"="1',
    '\\" OR assignee != x',
    '"}) { secret } #',
    "x' or true or 'x' eq 'x",
    '\\',
    "'",
    '"""',
  ])('nothing gets out: %s', (value) => {
    expect(read(`${it.quote(value)}!`)).toEqual({ value, rest: '!' })
  })
})

describe('soql', () => {
  const { at } = language('soql')
  test('both kinds of quotes, backslashes and line breaks are escaped as Salesforce reads them', () => {
    expect(language('soql').quote('O\'Brien "x" \\ \n')).toBe(`'O\\'Brien \\"x\\" \\\\ \\n'`)
    expect(language('soql').content('50%_', "'")).toBe('50%_')
    expect(() => language('soql').quote('\u0000')).toThrow(RenderFailure)
  })

  test('an output after a backslash has no meaning', () => {
    expect(at(walk(language('soql'), "Name = 'a\\")).kind).toBe('refused')
  })
})

test('odata: two literals that touch would be one', () => {
  const odata = language('odata')
  expect(odata.quote("O'Brien")).toBe("'O''Brien'")
  expect(odata.at(walk(odata, "Name eq 'a'")).kind).toBe('refused')
  expect(odata.at(walk(odata, "Name eq 'a''b")).kind).toBe('inside')
})

test('jql: both quotes and control characters', () => {
  const jql = language('jql')
  expect(jql.quote('a"b\'c\u0001')).toBe('"a\\"b\\\'c\\u0001"')
  expect(jql.at(walk(jql, "text ~ 'a"))).toEqual({ kind: 'inside', open: "'" })
})

describe('sysparm', () => {
  const sysparm = language('sysparm')
  test('a caret is doubled, so that no condition begins', () => {
    expect(sysparm.quote('a^ORactive=true^NQb')).toBe('a^^ORactive=true^^NQb')
  })

  test.each(['javascript:gs.getUserID()', ' JavaScript :x', 'a\nb'])(
    'what would run, or end the line, is refused: %j',
    (value) => {
      expect(() => sysparm.quote(value)).toThrow(RenderFailure)
    },
  )

  test.each(['', 'active=true^', 'active=true^OR', 'active=true^NQ'])(
    'no value names a field: after %j',
    (before) => {
      expect(sysparm.at(walk(sysparm, before)).kind).toBe('refused')
    },
  )

  test.each([
    ['name=', '='],
    ['active=true^name=', '='],
    ['active=true^ORname=', '='],
    ['nameLIKE', 'LIKE'],
    ['nameNOT LIKE', 'NOT LIKE'],
    ['priority>', '>'],
    ['priority>=', '>='],
    ['numberIN', 'IN'],
    ['numberINS', 'INS'],
    ['createdBETWEEN', 'BETWEEN'],
    ['name!*', '!*'],
  ])('a value stands after %s', (before, open) => {
    expect(sysparm.at(walk(sysparm, before))).toEqual({ kind: 'inside', open })
  })

  test.each(['name=a', 'numberINa,', 'priority>1', 'numberIN INSTANCEOF', 'nameLIKEx'])(
    'further on in a value no operator is near: %s',
    (before) => {
      expect(sysparm.at(walk(sysparm, before))).toEqual({ kind: 'outside' })
    },
  )

  test.each(['name!', 'nameNOT ', 'nameLIK', 'nameFOO', '^ORDERBY', '^GROUPBYDESC', 'nameGT_OR'])(
    'no value completes what is no operator yet: %s',
    (before) => {
      expect(sysparm.at(walk(sysparm, before)).kind).toBe('refused')
    },
  )

  test('two outputs do not meet behind an operator that could be lengthened', () => {
    expect(sysparm.at(sysparm.after?.(walk(sysparm, 'priority>')) ?? '').kind).toBe('refused')
    expect(sysparm.at(sysparm.after?.(walk(sysparm, 'priority>=')) ?? '').kind).toBe('outside')
    expect(
      sysparm.at(walk(sysparm, 'numberIN').replace(/.*/, (state) => `${sysparm.after?.(state)}`)).kind,
    ).toBe('refused')
  })
})

describe('graphql', () => {
  const graphql = language('graphql')
  test.each([
    ['{ a(b: """', 'refused'],
    ['{ a(b: """x" ', 'refused'],
    ['{ a(b: """x\\""" ', 'refused'],
    ['{ a(b: """x""" c: ', 'outside'],
    ['{ a(b: """x"" "" """ c: ', 'outside'],
    ['# "', 'refused'],
    ['# "\n', 'outside'],
    ['{ a(b: "', 'inside'],
    ['{ a(b: "#', 'inside'],
    ['{ a(b: "\\', 'refused'],
    ['{ a(b: "" c: ', 'outside'],
    ['{ a(b: ""', 'refused'],
  ])('%j: %s', (before, kind) => {
    expect(graphql.at(walk(graphql, before)).kind).toBe(kind)
  })

  test('half of a character has no spelling', () => {
    expect(() => graphql.quote('\ud800')).toThrow(RenderFailure)
  })
})

const meter = { use: () => {} }

test('plain lets only what no language takes for a sign or a space through', () => {
  expect(requirePlain('Ada.Lovelace_1@x-y', meter)).toBe('Ada.Lovelace_1@x-y')
  expect(requirePlain(7, meter)).toBe('7')
  for (const char of `'"\\^%;()[]{}<>=!|&,:/#*+ \n\té\u00a0`)
    expect(() => requirePlain(`a${char}`, meter)).toThrow(RenderFailure)
  for (const value of [{}, { a: 1 }, ['a', 'b'], []])
    expect(() => requirePlain(value, meter)).toThrow(RenderFailure)
})

test('number lets only JSON numbers through, with their digits', () => {
  for (const digits of ['0', '-0', '12', '-3.50', '1e400', '1.10', '9007199254740993', '1E-7'])
    expect(requireNumber(digits, meter)).toBe(digits)
  expect(requireNumber(1.5, meter)).toBe('1.5')
  for (const value of [
    '',
    ' 1',
    '1 ',
    '01',
    '+1',
    '.5',
    '1.',
    '0x10',
    '1_0',
    'NaN',
    '1 OR 1',
    '１',
    'Infinity',
  ])
    expect(() => requireNumber(value, meter), value).toThrow(RenderFailure)
  for (const value of [undefined, null, true, Number.NaN, Number.POSITIVE_INFINITY, [1, 2], [1], {}])
    expect(() => requireNumber(value, meter)).toThrow(RenderFailure)
})

test('operands without quotes are found in any language', () => {
  const isOperand = (text: string) => {
    let state = operandPlace.start
    for (const char of text) state = operandPlace.step(state, char)
    return state === operand
  }
  for (const text of [
    'reporter = ',
    'a=',
    'a != ',
    'text ~',
    'x >= ',
    'Name eq ',
    "a = 'b' and c LIKE ",
    'x in ',
  ])
    expect(isOperand(text), text).toBe(true)
  for (const text of [
    '',
    'Dear ',
    "reporter = '",
    'a = "x',
    "a = 'it\\'",
    'a = x',
    'Note: ',
    'within ',
    'seq ',
  ])
    expect(isOperand(text), text).toBe(false)
})
