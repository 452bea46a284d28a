import fc from 'fast-check'
import { expect, test } from 'vitest'
import { values } from '../testing/support.ts'
import { engine, run } from './engine.ts'
import { createEvaluator } from './index.ts'
import { type Binding, createScope } from './scope.ts'

const bindings: readonly Binding[] = (['user', 'tenant_id', 'pathParams', 'body', 'body_text'] as const).map(
  (key) => ({
    key,
    source: key === 'user' ? { from: key, required: true } : { from: key },
    offset: 0,
  }),
)

const options = { bindings, toError: (error: unknown) => error as Error }

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
  let compiled = 0
  fc.assert(
    fc.property(nodes, (source) => {
      const templates = engine.parse(source)
      const evaluate = createEvaluator(templates, options)
      if (evaluate === undefined) return
      compiled += 1
      const theirs = outcome(() => run(templates, createScope(bindings, given)))
      const ours = outcome(() => evaluate(given))
      expect(ours, source).toEqual(theirs)
    }),
    { numRuns: 4000 },
  )
  expect(compiled).toBeGreaterThan(3000)
})

test.each(["{% cycle 'a', 'b' %}", '{% for i in (1..3) %}{{ i }}{% endfor %}'])(
  'what is left to LiquidJS is known when a template is compiled: %s',
  (source) => {
    expect(createEvaluator(engine.parse(source), options)).toBeUndefined()
  },
)

test('nothing is left from one render to the next', () => {
  const evaluate = createEvaluator(engine.parse('{{ a }}{% assign a = user.id %}{{ a }}'), options)
  const render = () => evaluate?.(values)
  expect([render(), render()]).toEqual(['undefinedu1', 'undefinedu1'])
})
