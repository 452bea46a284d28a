import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { Liquid } from 'liquidjs'
import { expect, test } from 'vitest'
import { compileTemplate } from '../compile.ts'
import { lex } from '../dialects/liquid/lexer.ts'
import { parseStatements } from '../dialects/liquid/statements.ts'
import { allowedTags } from '../dialects/liquid/tag-grammar.ts'
import { type FilterFacts, filterTable, type Kind } from '../filters/table.ts'
import { limits } from '../limits/limits.ts'
import { places } from '../places.ts'
import { toText } from '../positions/escaping/escape.ts'
import { nodeRuntime } from '../runtime.ts'
import { values } from '../testing/support.ts'
import { compareOperators } from '../tree/expressions.ts'
import type { CompileOptions, PlaceName, TemplateValues } from '../types.ts'
import { Frame } from './frame.ts'
import { compileNodes } from './nodes.ts'
import { RenderFailure, TemplateRenderError } from './render-error.ts'
import type { Binding } from './scope.ts'
import { Slots } from './slots.ts'

/** Lists are written without anything between their items, as Liquid has it. */
function text(value: unknown): string {
  if (Array.isArray(value)) return value.map(text).join('')
  return value === undefined || value === null ? '' : String(value)
}

const json = (value: unknown): string => JSON.stringify(value ?? null)
const hash = (name: string) => (value: unknown) => createHash(name).update(text(value)).digest('hex')
const hmac = (name: string) => (value: unknown, key: unknown, encoding: unknown) =>
  createHmac(name, text(key))
    .update(text(value))
    .digest(encoding === 'base64' ? 'base64' : 'hex')

/** Our own run of a filter that only we have, and that has tests of its own. */
const own =
  (name: string) =>
  (value: unknown, ...args: readonly unknown[]) =>
    nodeRuntime.filters.get(name)?.(
      value,
      args,
      new Frame(values, { budget: limits.inProcess, isTimed: false }),
    )

/** What LiquidJS does not have, or has otherwise. */
const reference: Readonly<Record<string, (value: unknown, ...args: unknown[]) => unknown>> = {
  json,
  tojson: json,
  json_encode: json,
  from_json: (value) => (value === undefined || value === null ? undefined : JSON.parse(text(value))),
  base64url_encode: (value) => Buffer.from(text(value)).toString('base64url'),
  sha1: hash('sha1'),
  sha256: hash('sha256'),
  sha512: hash('sha512'),
  hmac_sha1: hmac('sha1'),
  hmac_sha256: hmac('sha256'),
  hmac_sha512: hmac('sha512'),
  raw: (value) => value,
  ...Object.fromEntries(
    [
      'base64_url_safe_encode',
      'base64_url_safe_decode',
      'jwt_encode',
      'soql',
      'odata',
      'jql',
      'sysparm',
      'graphql',
      'plain',
      'number',
    ].map((name) => [name, own(name)]),
  ),
}

const bindings: readonly Binding[] = (['user', 'tenant_id', 'pathParams', 'body', 'body_text'] as const).map(
  (key) => ({
    key,
    source: key === 'user' ? { from: key, required: true } : { from: key },
    offset: 0,
  }),
)

const engine = new Liquid({ ownPropertyOnly: true, strictFilters: true })
for (const [name, run] of Object.entries(reference)) engine.registerFilter(name, run)

function evaluator(source: string): (values: TemplateValues) => string {
  const { flow } = parseStatements(source, lex(source))
  const writtenAt = () => ({ makeSafe: toText, replaced: undefined, bearsSecret: false })
  const { run } = compileNodes(flow, { source, slots: new Slots(bindings, new Map()), writtenAt })
  return (given) => {
    const frame = new Frame(given, { budget: limits.inProcess, isTimed: true })
    run(frame)
    return frame.text
  }
}

const body = {
  list: [1, 2, 3, 2, null, 'a'],
  rows: [
    { id: 1, name: 'a', on: true, tags: ['x'] },
    { id: 2, name: 'b"', on: false, tags: [] },
    { id: 3, on: true },
  ],
  nested: { size: 7, first: 'f', a: { b: { c: 'deep' } } },
  text: 'some text',
  empty: '',
  none: null,
  no: false,
  zero: 0,
}

const literals = [
  "'a'",
  '"x"',
  '1',
  '2',
  '0',
  '-1',
  '1.5',
  'true',
  'false',
  "''",
  "'a\\'b'",
  '"\\n"',
] as const
const literal = fc.constantFrom(...literals)
const name = fc.constantFrom(
  'body.list',
  'body.rows',
  'body.nested',
  'body.nested.size',
  'body.nested.first',
  'body.nested.a.b.c',
  'body.nested["a"].b',
  'body.rows[0].name',
  'body.rows[-1].id',
  'body.rows.first.tags',
  'body.rows.last.id',
  'body.rows.size',
  'body.text',
  'body.text.size',
  'body.empty',
  'body.none',
  'body.no',
  'body.zero',
  'body.nope.x',
  'body.__proto__.x',
  'body.constructor',
  'body.list[body.zero]',
  'body[tenant_id]',
  'body_text.size',
  'user.id',
  'user.roles',
  'user.roles.first',
  'user.last_name',
  'tenant_id',
  'pathParams.idea_id',
  'a',
  'b',
  'r',
  'r.id',
  'r.tags.size',
  'q',
)
const hasNoOrder = /body\.(?:list|rows|nested)(?!\.size|\.first$|\[[^.]*$)|roles(?!\.)|\b[abrq]\b|tags/
const value = fc.oneof({ weight: 3, arbitrary: name }, literal)

/** What is no number where one is wanted: LiquidJS goes on with NaN. */
const numbers = fc.constantFrom('0', '1', '2', '-1', '1.5', 'body.zero', 'body.list.size', 'body.text.size')

/** An argument by what the filter takes there. */
function argumentOf(kind: Kind): fc.Arbitrary<string> {
  if (kind === 'number') return numbers
  return kind === 'text' ? fc.oneof(fc.constantFrom("'a'", "'id'", "'on'", "'x'"), value) : value
}

/** Arguments that name a property are there: LiquidJS takes a missing one for none at all. */
const propertyNames = fc.constantFrom("'id'", "'on'", "'name'")
const namesProperty: ReadonlySet<string> = new Set(['map', 'sort', 'sort_natural', 'sum'])

/** What a property is compared with: no item has a missing value (decision 0011); LiquidJS takes it for none. */
const compared = fc.constantFrom("'a'", '1', '2', 'true', 'false', 'tenant_id')

/** LiquidJS knows no key of these, and no `allow_false` by a variable: recorded vectors hold them. */
const withoutArguments: ReadonlySet<string> = new Set(['uniq', 'compact'])

function argumentAt(name: string, facts: FilterFacts, index: number): fc.Arbitrary<string> {
  const isProperty = facts.readsProperty === true || namesProperty.has(name)
  if (isProperty) return index === 0 ? propertyNames : compared
  const kinds = facts.arguments ?? []
  return argumentOf(kinds[Math.min(index, kinds.length - 1)] ?? 'text')
}

/** Every filter of the table, with every number of arguments that it takes. */
const filtersOf = [...filterTable].map(([name, facts]) => {
  const [least, most] = withoutArguments.has(name) ? [0, 0] : facts.arity
  const args = Array.from({ length: most }, (_, index) => argumentAt(name, facts, index))
  return fc
    .tuple(fc.integer({ min: least, max: most }), fc.tuple(...args))
    .map(([count, given]) => (count === 0 ? name : `${name}: ${given.slice(0, count).join(', ')}`))
})
const filter = fc.oneof(...filtersOf)
const expression = fc
  .tuple(value, fc.array(filter, { maxLength: 2 }))
  .map(([first, filters]) => [first, ...filters].join(' | '))
const comparison = fc.oneof(
  value,
  value.map((it) => `not ${it}`),
  fc
    .tuple(
      value,
      fc.constantFrom(...compareOperators),
      fc.oneof(value, fc.constantFrom('nil', 'empty', 'blank')),
    )
    // Lists and objects have no order, and no text contains nothing.
    .filter(([one, sign, other]) => !/[<>]/.test(sign) || !hasNoOrder.test(`${one} ${other}`))
    .filter(([, sign, other]) => sign !== 'contains' || !/nil|none|nope|last_name|[abrq.]/.test(other))
    .map((it) => it.join(' ')),
)
const condition = fc
  .tuple(comparison, fc.array(fc.tuple(fc.constantFrom('and', 'or'), comparison), { maxLength: 2 }))
  .map(([first, others]) => [first, ...others.flat()].join(' '))
/** LiquidJS writes no value of a cycle that is false, 0 or nothing; Liquid does. */
const turn = fc.constantFrom("'a'", '1', '1.5', 'true', 'user.id', 'body.text')
const local = fc.constantFrom('a', 'b')

const { nodes } = fc.letrec<{ nodes: string; node: string }>((tie) => ({
  nodes: fc.array(tie('node'), { maxLength: 3 }).map((all) => all.join('')),
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('text ', '\n', '{% comment %}{{ x }}{% endcomment %}', '{% raw %}{{ raw }}{% endraw %}'),
    expression.map((it) => `{{ ${it} | json }}`),
    expression.map((it) => `{% echo ${it} | json %}`),
    expression.map((it) => `{% liquid\n assign b = ${it}\n echo b | json\n%}`),
    fc.tuple(local, expression).map(([to, it]) => `{% assign ${to} = ${it} %}`),
    fc.tuple(turn, turn).map(([one, two]) => `{% cycle ${one}, ${two} %}`),
    fc.tuple(turn, turn, turn).map(([group, one, two]) => `{% cycle ${group}: ${one}, ${two} %}`),
    fc.constant('{% # a comment %}'),
    fc.tuple(local, tie('nodes')).map(([to, inner]) => `{% capture ${to} %}${inner}{% endcapture %}`),
    fc
      .tuple(fc.constantFrom('if', 'unless'), condition, tie('nodes'), condition, tie('nodes'), tie('nodes'))
      .map(
        ([tag, one, a, two, b, c]) =>
          `{% ${tag} ${one} %}${a}{% elsif ${two} %}${b}{% else %}${c}{% end${tag} %}`,
      ),
    fc
      .tuple(value, fc.array(fc.tuple(value, tie('nodes')), { minLength: 1, maxLength: 3 }), tie('nodes'))
      .map(([it, whens, otherwise]) => {
        const arms = whens.map(([one, inner]) => `{% when ${one}, 'z' %}${inner}`).join('')
        return `{% case ${it} %}${arms}{% else %}${otherwise}{% endcase %}`
      }),
    fc
      .tuple(
        fc.constantFrom('r', 'q', 'a'),
        fc.oneof({ weight: 4, arbitrary: name }, fc.constantFrom('(1..3)', '(body.zero..2)', '(3..1)')),
        fc.constantFrom(
          '',
          ' limit: 2',
          ' offset: 1',
          ' reversed',
          ' reversed limit: 2 offset: 1',
          ' limit: body.zero',
        ),
        tie('nodes'),
        fc.constantFrom(
          '',
          '{% if r.id == 2 %}{% break %}{% endif %}',
          '{% if forloop.first %}{% continue %}{% endif %}',
        ),
        tie('nodes'),
      )
      .map(
        ([item, list, cut, before, jump, otherwise]) =>
          `{% for ${item} in ${list}${cut} %}${before}${jump}{{ forloop.index }}/{{ forloop.rindex0 }}/{{ forloop.length }}{{ ${item} | json }}{% else %}${otherwise}{% endfor %}`,
      ),
  ),
}))

type Outcome = { readonly text: string } | { readonly failed: true; readonly reason?: string }

function outcome(render: () => string): Outcome {
  try {
    return { text: render() }
  } catch (error) {
    return error instanceof RenderFailure || error instanceof TemplateRenderError
      ? { failed: true, reason: error.reason }
      : { failed: true }
  }
}

test('closures give what LiquidJS gives, for any template', () => {
  const given = { ...values, body: { text: JSON.stringify(body) } }
  let compared = 0
  fc.assert(
    fc.property(nodes, (source) => {
      const ours = outcome(() => evaluator(source)(given))
      // What a filter refuses here LiquidJS makes something of: the text of an object, a division by zero, NaN.
      if ('failed' in ours && ours.reason === 'filter') return
      compared += 1
      const { user, tenant_id } = given.session
      const scope = { user, tenant_id, pathParams: given.pathParams, body, body_text: given.body.text }
      const theirs = outcome(() => engine.parseAndRenderSync(source, scope))
      if ('failed' in ours) expect(theirs, `${source} is refused: ${ours.reason}`).toHaveProperty('failed')
      else expect(ours, source).toEqual(theirs)
    }),
    { numRuns: 4000 },
  )
  expect(compared).toBeGreaterThan(2000)
})

test('nothing is left from one render to the next', () => {
  const evaluate = evaluator('{{ a }}{% assign a = user.id %}{{ a }}')
  expect([evaluate(values), evaluate(values)]).toEqual(['u1', 'u1'])
})

test('every tag, filter, operator, word and literal occurs in 20,000 templates', () => {
  const all = fc.sample(nodes, { numRuns: 20_000, seed: 7 }).join('\n')
  const occurs = (pattern: string) => new RegExp(pattern).test(all)
  const missing = {
    filters: [...filterTable.keys()].filter((name) => !occurs(`\\| ${name}\\b`)),
    tags: allowedTags.filter((tag) => !occurs(`\\{%-? ${tag}\\b`)),
    operators: [...compareOperators, 'and', 'or', 'not'].filter((sign) => !all.includes(` ${sign} `)),
    words: ['nil', 'empty', 'blank'].filter((word) => !all.includes(` ${word} `)),
    literals: literals.filter((one) => !all.includes(one)),
    modifiers: ['limit: ', 'offset: ', 'reversed', '..'].filter((it) => !all.includes(it)),
  }
  expect(missing).toEqual({ filters: [], tags: [], operators: [], words: [], literals: [], modifiers: [] })
})

/** Names that every place has. */
const everywhere = (source: string) =>
  source.replaceAll(/body(?:_text)?(?:\.\w+|\[[^\]]*\])*/g, 'user.first_name')

/** RFC 3986 §2.3, written once more. */
const percentEncoded = (value: unknown) =>
  encodeURIComponent(text(value)).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )

const formEncoded = (value: unknown) => new URLSearchParams({ v: text(value) }).toString().slice('v='.length)

/** Each place with how an output is written there. Where a value is refused nothing is compared. */
const escapes: Readonly<
  Record<Exclude<PlaceName, 'request_body' | 'response_body'>, (value: unknown) => string>
> = {
  url: percentEncoded,
  header: text,
  cookie: text,
  query: text,
  auth_header: text,
  auth_query: text,
  auth_text: text,
  basic_username: text,
  basic_password: text,
}

function inLiquid(outputEscape: (value: unknown) => string): Liquid {
  const liquid = new Liquid({ ownPropertyOnly: true, strictFilters: true, outputEscape })
  for (const [name, run] of Object.entries(reference)) {
    liquid.registerFilter(name, name === 'raw' ? { handler: run, raw: true } : run)
  }
  return liquid
}

function comparedIn(options: CompileOptions, write: (value: unknown) => string): number {
  const liquid = inLiquid(write)
  const { user, tenant_id } = values.session
  const scope = { user, tenant_id, pathParams: values.pathParams }
  let count = 0
  fc.assert(
    fc.property(nodes.map(everywhere), (source) => {
      const { template } = compileTemplate(source, options)
      if (template === undefined) return
      const ours = outcome(() => template.render(values))
      if ('failed' in ours) return
      count += 1
      // A capture is text that is escaped where it is written, and `cycle` writes past the filters of LiquidJS.
      if (/capture|cycle/.test(source)) return
      expect(ours, source).toEqual(outcome(() => liquid.parseAndRenderSync(source, scope)))
    }),
    { numRuns: 400 },
  )
  return count
}

test.each(Object.entries(escapes))('in the place %s outputs are written as it wants them', (place, write) => {
  const path = new Map([['idea_id', 'segment'] as const])
  expect(comparedIn({ place: place as PlaceName, pathParameters: path }, write)).toBeGreaterThan(50)
})

test.each(['request_body', 'response_body'] as const)('and in the %s of a form', (place) => {
  const contentType = 'application/x-www-form-urlencoded'
  expect(comparedIn({ place, contentType }, formEncoded)).toBeGreaterThan(20)
})

test('no place is left out', () => {
  expect([...Object.keys(escapes), 'request_body', 'response_body'].sort()).toEqual(
    Object.keys(places).sort(),
  )
})
