import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileTemplate } from '../compile.ts'
import { filterTable } from '../filters/table.ts'
import { compiled, values } from '../testing/support.ts'
import { compareOperators } from '../tree/expressions.ts'
import type { TemplateValues } from '../types.ts'

function refusedAt(source: string): readonly string[] {
  const { template, errors } = compileTemplate(source, { place: 'auth_header' })
  expect(template, source).toBeUndefined()
  return errors.map(({ code, column }) => `${code} ${column}`)
}

describe('a secret decides nothing', () => {
  test.each([
    ["{% if get_secret('k') == 'a' %}b{% endif %}", 7],
    ["{% if 'a' == get_secret('k') %}b{% endif %}", 14],
    ["{% if user.id and get_secret('k') %}b{% endif %}", 19],
    ["{% if not get_secret('k') %}b{% endif %}", 11],
    ["{% if user.id %}{% elsif get_secret('k') > 'm' %}b{% endif %}", 26],
    ["{% unless get_secret('k') contains 'a' %}b{% endunless %}", 11],
    ["{% case get_secret('k') %}{% when 'a' %}b{% endcase %}", 9],
    ["{% case user.id %}{% when 'a', get_secret('k') %}b{% endcase %}", 32],
    ["{% for c in get_secret('k') %}{{ c }}{% endfor %}", 13],
    ["{% for c in user.roles limit: get_secret('k') %}b{% endfor %}", 31],
    ["{% for c in user.roles offset: get_secret('k') %}b{% endfor %}", 32],
    ["{% for c in (1..get_secret('k')) %}b{% endfor %}", 13],
    ["{% cycle get_secret('k'), 'b' %}", 10],
    ["{% cycle get_secret('k'): 'a', 'b' %}", 10],
    ["{% assign m = '{}' | from_json %}{{ m[get_secret('k')] }}", 37],
    ["{% assign m = '{}' | from_json %}{% if m[get_secret('k')] %}a{% endif %}", 40],
    ["{% liquid\n if get_secret('k')\n echo 'a'\n endif\n%}", 5],
  ])('%s', (source, column) => {
    expect(refusedAt(source)[0]).toBe(`SECRET_DECIDES ${column}`)
  })

  test.each([
    "{% assign s = get_secret('k') %}{% if s %}a{% endif %}",
    "{% assign s = get_secret('k') | append: 'x' %}{% for c in s %}a{% endfor %}",
    "{% assign s = 'x' | prepend: get_secret('k') %}{% case s %}{% when 'a' %}b{% endcase %}",
    "{% capture s %}a{{ get_secret('k') }}{% endcapture %}{% if s == 'ab' %}c{% endif %}",
    "{% capture s %}{% if user.id %}{% echo get_secret('k') %}{% endif %}{% endcapture %}{% cycle s, 'b' %}",
    "{% assign s = get_secret('k') | from_json %}{% if s.admin %}c{% endif %}",
    "{% assign h = get_secret('k') | sha256 %}{% if h == 'ab' %}c{% endif %}",
    // A name counts for all that is ever bound to it.
    "{% if s %}a{% endif %}{% assign s = get_secret('k') %}",
    "{% assign t = s %}{% assign s = get_secret('k') %}{% if t %}a{% endif %}",
    "{% assign s = get_secret('k') %}{% assign s = 'x' %}{% if s %}a{% endif %}",
  ])('nor by another name: %s', (source) => {
    expect(refusedAt(source).every((found) => found.startsWith('SECRET_DECIDES '))).toBe(true)
  })
})

describe('a secret is told whole, or hidden whole', () => {
  const passing = new Map([
    ['append', ": 'x'"],
    ['prepend', ": 'x'"],
    ['strip', ''],
    ['from_json', ''],
    ['raw', ''],
    ['json', ''],
    ['tojson', ''],
    ['json_encode', ''],
    ['base64_encode', ''],
    ['base64_decode', ''],
    ['base64url_encode', ''],
    ['base64_url_safe_encode', ''],
    ['base64_url_safe_decode', ''],
    ['url_encode', ''],
    ['cgi_escape', ''],
    ['uri_escape', ''],
    ['sha1', ''],
    ['sha256', ''],
    ['sha512', ''],
    ['hmac_sha1', ": 'x'"],
    ['hmac_sha256', ": 'x'"],
    ['hmac_sha512', ": 'x'"],
    ['jwt_encode', ": 'x', 'HS256'"],
  ])
  const literals = (name: string): string => {
    const count = filterTable.get(name)?.arity[0] ?? 0
    return count === 0 ? '' : `: ${Array.from({ length: count }, () => "'a'").join(', ')}`
  }

  test.each([...filterTable.keys()])('by the filter %s, or it is refused', (name) => {
    for (const source of [
      `{{ get_secret('k') | ${name}${passing.get(name) ?? literals(name)} }}`,
      `{% assign s = get_secret('k') %}{{ s | ${name}${passing.get(name) ?? literals(name)} }}`,
    ]) {
      if (passing.has(name)) expect(compileTemplate(source, { place: 'auth_header' }).errors).toEqual([])
      else expect(refusedAt(source)).toContain(`SECRET_DECIDES ${source.lastIndexOf('|') + 3}`)
    }
  })

  test('as an argument only of append, prepend and, as the key, of a signature', () => {
    const taking = ['append', 'prepend', 'hmac_sha1', 'hmac_sha256', 'hmac_sha512']
    for (const [name, { arity, readsProperty }] of filterTable) {
      for (let index = 0; index < arity[1]; index += 1) {
        const list = Array.from({ length: Math.max(arity[0], index + 1) }, (_, at) =>
          at === index ? "get_secret('k')" : "'a'",
        )
        const { errors } = compileTemplate(`{{ user.id | ${name}: ${list.join(', ')} }}`, {
          place: 'auth_header',
        })
        const codes = errors.map(({ code }) => code)
        if (taking.includes(name) && index === 0) expect(codes, name).toEqual([])
        else if (name === 'jwt_encode' && index === 0) expect(codes).not.toContain('SECRET_DECIDES')
        else expect(codes, `${name} ${index} ${readsProperty}`).toContain('SECRET_DECIDES')
      }
    }
    expect(refusedAt("{{ user.id | default: 'a', allow_false: get_secret('k') }}")).toEqual([
      'SECRET_DECIDES 41',
    ])
  })

  test.each([
    "{{ get_secret('k') | strip: 'a' }}",
    "{{ get_secret('k') | append: 'x' | from_json | json }}",
    `{% assign s = '{"' | append: get_secret('k') | append: '":1}' | from_json %}{{ s.guess }}`,
    `{% capture c %}{"{{ get_secret('k') }}":1}{% endcapture %}{% assign s = c | from_json %}{{ s.guess }}`,
    "{% assign s = get_secret('k') %}{{ s.size }}",
    "{% assign s = get_secret('k') %}{{ s.length }}",
    "{% assign s = get_secret('k') %}{{ s[0] }}",
    "{% assign s = get_secret('k') %}{{ s['0'] }}",
    "{% assign s = get_secret('k') %}{{ s[-1] }}",
    "{% assign s = get_secret('k') | from_json %}{{ s.key[0] }}",
    "{% assign s = get_secret('k') | from_json %}{{ s[user.id] }}",
    "{% assign s = get_secret('k') | from_json %}{{ s.key.size }}",
    "{{ get_secret('k') | sha256 | slice: 0, 1 }}",
    "{{ get_secret('k') | sha256 | size }}",
    "{{ get_secret('k') | base64_encode | downcase }}",
    "{{ get_secret('k') | sha256 | append: 'x' | upcase }}",
    "{{ user.id | append: get_secret('k') | split: 'a' | last }}",
    "{{ get_secret('k') | default: 'none' }}",
    "{{ get_secret('k') | plain }}",
    "{{ get_secret('k') | number }}",
    "{{ get_secret('k') | sysparm }}",
  ])('never in part: %s', (source) => {
    expect(refusedAt(source).join()).toContain('SECRET_DECIDES')
  })

  const secrets = new Map([
    ['k', 'se cret'],
    ['account', '{"client_email":"a@b.example","keys":[{"id":"x1"}],"n":9007199254740993}'],
    ['coded', Buffer.from('{"id":"y2"}').toString('base64')],
  ])

  test.each([
    ["Bearer {{ get_secret('k') }}", 'Bearer se cret'],
    ["{% assign s = get_secret('k') | strip | append: '!' %}{{ 'a' | append: s | url_encode }}", 'ase+cret!'],
    [
      "{% capture c %}u:{{ get_secret('k') }}{% endcapture %}Basic {{ c | base64_encode }}",
      'Basic dTpzZSBjcmV0',
    ],
    ["{% assign s = get_secret('account') | from_json %}{{ s.client_email }}", 'a@b.example'],
    ["{% assign s = get_secret('account') | from_json %}{{ s['keys'].first.id }}", 'x1'],
    ["{% assign s = get_secret('coded') | base64_decode | from_json %}{{ s.id }}", 'y2'],
    [
      "{{ user.id | hmac_sha256: get_secret('k') | upcase }}",
      'EFFA6E1CFE82B1FB15D53F3DD1D93DDCC6E26D6A66E9EB91C0E80D72CD4D3D08',
    ],
    [
      "{% if user.id == 'u1' %}{{ get_secret('k') }}{% else %}{{ get_secret('coded') }}{% endif %}",
      'se cret',
    ],
    ["{% for r in user.roles %}{{ r }}={{ get_secret('k') }};{% endfor %}", 'admin=se cret;editor=se cret;'],
    ["{% liquid\n assign s = get_secret('k')\n echo s\n%}", 'se cret'],
  ])('what only passes through is right: %s', (source, expected) => {
    const text = compiled(source, 'auth_header').render({ ...values, secrets })
    if (/^[0-9A-F]{64}$/.test(expected)) expect(text).toMatch(/^[0-9A-F]{64}$/)
    else expect(text).toBe(expected)
  })
})

/**
 * Secrets that differ in one character each, of one length. What tells only a part of a secret gives the same text for
 * two of them and another for a third; what tells all of it, or a hash of it, gives each its own.
 */
const family = ['aaaaaaaa', ...'bAz'.split('').flatMap((char) => [0, 7].map((at) => replaced(at, char)))]

function replaced(at: number, char: string): string {
  return 'aaaaaaaa'.slice(0, at) + char + 'aaaaaaaa'.slice(at + 1)
}

function secretsOf(secret: string): TemplateValues {
  const secrets = new Map([
    ['a', secret],
    ['j', `{"k":"${secret}","n":1,"l":["${secret}"]}`],
  ])
  return { ...values, secrets }
}

const literal: fc.Arbitrary<string> = fc.constantFrom("'L'", "'a'", "''", '1', '0', '-1', 'true', "'k'")
/** Never written out, or it could not be told from a secret. */
const guess = fc.constantFrom("'aaaaaaaa'", "'baaaaaaa'", "'m'", 'blank')
const name = fc.constantFrom('v', 'w', 'x')
const secret = fc.constantFrom("get_secret('a')", "get_secret('j')")
const value: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: name },
  { weight: 3, arbitrary: secret },
  literal,
  fc.constantFrom(
    'user.id',
    'user.roles',
    'v.k',
    'w.l.first',
    'x.l.last',
    'v.n',
    'w[0]',
    'x.size',
    'v[w]',
    'w.k[x]',
  ),
)
const filterNames = [...filterTable.keys()]
const filter = fc
  .record({
    name: fc.oneof(
      {
        weight: 2,
        arbitrary: fc.constantFrom('append', 'prepend', 'strip', 'from_json', 'base64_encode', 'sha256'),
      },
      { weight: 3, arbitrary: fc.constantFrom(...filterNames) },
    ),
    args: fc.array(fc.oneof({ weight: 2, arbitrary: literal }, value), { minLength: 3, maxLength: 3 }),
    more: fc.nat(2),
  })
  .map(({ name: filterName, args, more }) => {
    const [least, most] = filterTable.get(filterName)?.arity ?? [0, 0]
    const count = Math.min(least + more, most)
    const given = args.slice(0, count)
    if (filterName === 'jwt_encode') given.splice(1, 1, "'HS256'")
    return count === 0 ? ` | ${filterName}` : ` | ${filterName}: ${given.join(', ')}`
  })
const chain = fc
  .tuple(value, fc.array(filter, { maxLength: 3 }))
  .map(([first, filters]) => first + filters.join(''))
const comparison = fc
  .tuple(fc.constantFrom('', 'not '), value, fc.constantFrom(...compareOperators), fc.oneof(value, guess))
  .map(([not, left, operator, right]) => `${not}${left} ${operator} ${right}`)
const condition = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom("user.id == 'u1'", "user.id != 'u1'", 'true') },
  comparison,
  value,
  fc.tuple(comparison, fc.constantFrom('and', 'or'), comparison).map((parts) => parts.join(' ')),
)

const program: fc.Arbitrary<string> = fc.letrec((tie) => ({
  body: fc.array(tie('node'), { minLength: 1, maxLength: 4 }).map((nodes) => nodes.join('')),
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('T', 'U;'),
    chain.map((text) => `[{{ ${text} }}]`),
    chain.map((text) => `[{% echo ${text} %}]`),
    fc.tuple(name, chain).map(([bound, text]) => `{% assign ${bound} = ${text} %}`),
    fc.tuple(name, tie('body')).map(([bound, body]) => `{% capture ${bound} %}${body}{% endcapture %}`),
    fc
      .tuple(fc.constantFrom('if', 'unless'), condition, tie('body'), tie('body'))
      .map(([tag, when, body, rest]) => `{% ${tag} ${when} %}${body}{% else %}${rest}{% end${tag} %}`),
    fc
      .tuple(condition, condition, tie('body'))
      .map(([one, other, body]) => `{% if ${one} %}O{% elsif ${other} %}${body}{% endif %}`),
    fc
      .tuple(value, fc.oneof(value, guess), tie('body'))
      .map(([one, other, body]) => `{% case ${one} %}{% when ${other} %}${body}{% else %}E{% endcase %}`),
    fc
      .tuple(
        fc.oneof(
          value,
          fc.constantFrom('user.roles', '(1..2)'),
          value.map((bound) => `(1..${bound})`),
        ),
        fc.oneof(
          fc.constant(''),
          value.map((count) => ` limit: ${count}`),
          value.map((count) => ` offset: ${count}`),
        ),
        tie('body'),
        fc.constantFrom('', '{% break %}', '{% continue %}'),
      )
      .map(([list, cut, body, jump]) => `{% for x in ${list}${cut} %}${body}${jump}{% endfor %}`),
    fc.tuple(value, value, value).map(([group, one, other]) => `[{% cycle ${group}: ${one}, ${other} %}]`),
    fc
      .tuple(name, chain)
      .map(([bound, text]) => `[{% liquid\n assign ${bound} = ${text}\n echo ${bound}\n%}]`),
    fc.constantFrom(
      "{% raw %}{{ get_secret('a') }}{% endraw %}",
      "{% comment %}{{ get_secret('a') }}{% endcomment %}",
    ),
  ),
})).body as fc.Arbitrary<string>

const beginnings = [
  '',
  "{% assign v = user.id %}{% assign w = 'L' %}{% assign x = user.roles %}",
  "{% assign v = get_secret('a') %}{% assign w = get_secret('j') | from_json %}{% assign x = user.id %}",
  "{% assign v = user.roles %}{% capture w %}[{{ get_secret('a') }}]{% endcapture %}{% assign x = w %}",
]

/** One render: the text without what outputs of a secret wrote, and that. */
function renderOf(
  source: string,
  given: TemplateValues,
): { readonly rest: string; readonly told: readonly string[] } {
  const { template } = compileTemplate(source, { place: 'auth_text' })
  const told: string[] = []
  try {
    const text = template?.render(given, (one) => told.push(one)) ?? ''
    const longest = told.filter((one) => one !== '').toSorted((a, b) => b.length - a.length)
    return { rest: longest.reduce((rest, one) => rest.replaceAll(one, '•'), text), told }
  } catch (error) {
    return { rest: error instanceof Error ? error.message : 'failed', told: [] }
  }
}

test('whatever compiles tells all of a secret, a hash of it, or nothing', () => {
  const seen = new Map<string, number>()
  let bearing = 0
  fc.assert(
    fc.property(fc.constantFrom(...beginnings), program, (begin, rest) => {
      const source = begin + rest
      for (const [word] of source.matchAll(/(?<=\| |\{% )\w+/g)) seen.set(word, (seen.get(word) ?? 0) + 1)
      const { template } = compileTemplate(source, { place: 'auth_text' })
      if (template === undefined || template.uses.secrets.size === 0) return
      bearing += 1
      const [first, ...others] = family.map((one) => renderOf(source, secretsOf(one)))
      for (const other of others) {
        expect(other.rest, source).toBe(first?.rest)
        expect(other.told.length, source).toBe(first?.told.length)
      }
      // Base64 that is decoded to no text can lose bytes: it is not for a template to know.
      if (source.includes('_decode')) return
      for (const index of first?.told.keys() ?? []) {
        const texts = new Set([first, ...others].map((one) => one?.told[index]))
        expect([1, family.length], `${source} ${index}`).toContain(texts.size)
      }
    }),
    { numRuns: 3000 },
  )
  expect(bearing).toBeGreaterThan(100)
  const tags = [
    'assign',
    'capture',
    'if',
    'unless',
    'elsif',
    'case',
    'for',
    'cycle',
    'echo',
    'liquid',
    'raw',
    'comment',
  ]
  for (const word of [...tags, 'break', 'continue', ...filterNames])
    expect(seen.get(word), word).toBeGreaterThan(0)
})
