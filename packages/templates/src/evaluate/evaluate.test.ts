import fc from 'fast-check'
import { Liquid } from 'liquidjs'
import { expect, test } from 'vitest'
import { lex } from '../dialects/liquid/lexer.ts'
import { parseStatements } from '../dialects/liquid/statements.ts'
import { limits } from '../limits/limits.ts'
import { toText } from '../positions/escaping/escape.ts'
import { values } from '../testing/support.ts'
import type { TemplateValues } from '../types.ts'
import { Frame } from './frame.ts'
import { compileNodes } from './nodes.ts'
import type { Binding } from './scope.ts'
import { Slots } from './slots.ts'

const bindings: readonly Binding[] = (['user', 'tenant_id', 'pathParams', 'body', 'body_text'] as const).map(
  (key) => ({
    key,
    source: key === 'user' ? { from: key, required: true } : { from: key },
    offset: 0,
  }),
)

const engine = new Liquid({ ownPropertyOnly: true, strictFilters: true })
engine.registerFilter('json', (value: unknown) => JSON.stringify(value ?? null))

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

const literal = fc.constantFrom("'a'", "'x'", '1', '2', '0', '-1', '1.5', 'true', 'false', "''")
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
const filter = fc.oneof(
  fc.constantFrom(
    'size',
    'first',
    'last',
    'upcase',
    'reverse',
    'compact',
    'uniq',
    'sum',
    'json',
    "join: '-'",
  ),
  fc.constantFrom(
    "map: 'id'",
    "where: 'on'",
    "where: 'id', 2",
    "sort: 'id'",
    "group_by: 'on'",
    "find: 'id', 2",
  ),
  fc
    .tuple(fc.constantFrom('append', 'plus', 'times', 'default', 'concat', 'prepend'), value)
    .map((it) => it.join(': ')),
)
const expression = fc
  .tuple(value, fc.array(filter, { maxLength: 2 }))
  .map(([first, filters]) => [first, ...filters].join(' | '))
const comparison = fc.oneof(
  value,
  value.map((it) => `not ${it}`),
  fc
    .tuple(
      value,
      fc.constantFrom('==', '!=', '<', '>', '<=', '>=', 'contains'),
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
        name,
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

type Outcome = { readonly text: string } | { readonly failed: true }

function outcome(render: () => string): Outcome {
  try {
    return { text: render() }
  } catch {
    return { failed: true }
  }
}

test('closures give what LiquidJS gives, for any template', () => {
  const given = { ...values, body: { text: JSON.stringify(body) } }
  let compared = 0
  fc.assert(
    fc.property(nodes, (source) => {
      const ours = outcome(() => evaluator(source)(given))
      // An object has no text, and a missing value equals none.
      if ('failed' in ours) return
      compared += 1
      const { user, tenant_id } = given.session
      const scope = { user, tenant_id, pathParams: given.pathParams, body, body_text: given.body.text }
      const theirs = outcome(() => engine.parseAndRenderSync(source, scope))
      expect(ours, source).toEqual(theirs)
    }),
    { numRuns: 4000 },
  )
  expect(compared).toBeGreaterThan(2000)
})

test('nothing is left from one render to the next', () => {
  const evaluate = evaluator('{{ a }}{% assign a = user.id %}{{ a }}')
  expect([evaluate(values), evaluate(values)]).toEqual(['u1', 'u1'])
})
