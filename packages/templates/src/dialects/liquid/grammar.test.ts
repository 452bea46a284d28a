import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileTemplate } from '../../compile.ts'
import { compiled, errorsOf, render } from '../../testing/support.ts'

describe('what is allowed works as in Liquid', () => {
  test.each([
    ['Hello {{ user.first_name }}!', 'Hello Ada!'],
    ["{{ user.last_name | default: '' }}", ''],
    ["{{ user.first_name | upcase | append: '-' | append: tenant_id }}", 'ADA-t1'],
    ["{{ user['first_name'] }}", 'Ada'],
    ['{{ user.roles[1] }}{{ user.roles.first }}{{ user.roles | size }}', 'editoradmin2'],
    ['{% assign x = 2 %}{{ x | times: 1.5 | plus: -1 }}', '2'],
    ["{% if user.id == 'u1' and tenant_id != 'x' %}a{% elsif user.id %}b{% else %}c{% endif %}", 'a'],
    ['{% if not user.last_name %}none{% endif %}', 'none'],
    ["{% unless user.roles contains 'admin' %}a{% else %}b{% endunless %}", 'b'],
    ["{% case tenant_id %}\n{% when 'x', 't1' or 'y' %}one{% else %}other{% endcase %}", 'one'],
    ['{% case tenant_id %}{% else %}other{% endcase %}', 'other'],
    ['{% for i in (1..3) %}{{ i }}{% unless forloop.last %},{% endunless %}{% endfor %}', '1,2,3'],
    ['{% for r in user.roles limit: 1 offset: 1 reversed %}{{ r }}{% endfor %}', 'editor'],
    ["{% assign e = '' | split: ',' %}{% for r in e %}{{ r }}{% else %}none{% endfor %}", 'none'],
    [
      '{% for i in (1..9) %}{% if i == 2 %}{% continue %}{% endif %}{% if i == 4 %}{% break %}{% endif %}{{ i }}{% endfor %}',
      '13',
    ],
    ["{% for i in (1..3) %}{% cycle 'a', 'b' %}{% endfor %}{% cycle 'g': 'x', 'y' %}", 'abax'],
    ['{% capture c %}<{{ user.id }}>{% endcapture %}{{ c }}{{ c }}', '<u1><u1>'],
    ['a{% comment %}{{ nonsense( }} {% bogus %}{% endcomment %}b', 'ab'],
    ['{% raw %}{{ user.id }}{% endraw %}', '{{ user.id }}'],
    ["{% echo user.id | append: 'x' %}", 'u1x'],
    [
      "{% liquid\n  assign x = 'q'\n  comment\n  ignored\n  endcomment\n  if x == 'q'\n    echo x\n  endif\n%}",
      'q',
    ],
    ['a  {{- user.id -}}  b {%- if true -%} c {%- endif -%}', 'au1bc'],
    ["{{ '}}' }}{{ \"it's\" }}", "}}it's"],
    ["{{ false | default: 'x', allow_false: true }}", 'false'],
    ["{% if user.last_name == nil %}n{% endif %}{% if '' == blank %}b{% endif %}", 'nb'],
  ])('%s', (source, expected) => {
    expect(render(source)).toBe(expected)
  })
})

describe('what Liquid would pass over in silence is an error', () => {
  test.each([
    ['{{ }}', 'SYNTAX'],
    ['{{ "a" b c }}', 'SYNTAX'],
    ['{{ user.id tenant_id }}', 'SYNTAX'],
    ['{{ user. }}', 'SYNTAX'],
    ['{{ user. id }}', 'SYNTAX'],
    ['{{ user.id | }}', 'SYNTAX'],
    ['{{ user.id | append: }}', 'SYNTAX'],
    ["{{ user.id | append: 'a', 'b' }}", 'SYNTAX'],
    ["{{ user.id | append: 'a' 'b' }}", 'SYNTAX'],
    ['{{ user.id | upcase: 1 }}', 'SYNTAX'],
    ["{{ user.id | append: 'a', x: 1 }}", 'SYNTAX'],
    ["{{ user['id' 'x'] }}", 'SYNTAX'],
    ['{{ user.id == 1 }}', 'SYNTAX'],
    ['{{ (1..3) }}', 'SYNTAX'],
    ['{{ 1a }}', 'SYNTAX'],
    ['{{ 1. }}', 'SYNTAX'],
    ["{{ 'a'.size }}", 'SYNTAX'],
    ['{{ nil }}', 'SYNTAX'],
    ['{{ user.id | default: empty }}', 'SYNTAX'],
    ['{% assign x = 1 2 %}', 'SYNTAX'],
    ['{% assign x 1 %}', 'SYNTAX'],
    ['{% capture x y %}{% endcapture %}', 'SYNTAX'],
    ["{% capture 'x' %}{% endcapture %}", 'SYNTAX'],
    ['{% if user.id == 1 2 %}{% endif %}', 'SYNTAX'],
    ['{% if user.id | size %}{% endif %}', 'SYNTAX'],
    ['{% if a <> b %}{% endif %}', 'SYNTAX'],
    ['{% if user.id %}{% else x %}{% endif %}', 'SYNTAX'],
    ['{% if user.id %}{% else %}{% else %}{% endif %}', 'SYNTAX'],
    ['{% if user.id %}{% else %}{% elsif tenant_id %}{% endif %}', 'SYNTAX'],
    ['{% unless user.id %}{% else %}{% else %}{% endunless %}', 'SYNTAX'],
    ['{% if user.id %}{% endif user %}', 'SYNTAX'],
    ['{% case user.id %}lost{% when 1 %}{% endcase %}', 'SYNTAX'],
    ['{% case user.id %}{{ user.id }}{% when 1 %}{% endcase %}', 'SYNTAX'],
    ['{% case user.id %}{% when 1 2 %}{% endcase %}', 'SYNTAX'],
    ['{% case user.id %}{% else %}{% when 1 %}{% endcase %}', 'SYNTAX'],
    ['{% for x of user.roles %}{% endfor %}', 'SYNTAX'],
    ['{% for x in user.roles limt: 2 %}{% endfor %}', 'SYNTAX'],
    ['{% for x in user.roles limit: 2 limit: 3 %}{% endfor %}', 'SYNTAX'],
    ['{% for x in user.roles limit %}{% endfor %}', 'SYNTAX'],
    ['{% for x in user.roles, limit: 2 %}{% endfor %}', 'SYNTAX'],
    ['{% for x in user.roles %}{% else %}{% else %}{% endfor %}', 'SYNTAX'],
    ['{% break %}', 'SYNTAX'],
    ['{% for x in user.roles %}{% else %}{% break %}{% endfor %}', 'SYNTAX'],
    ['{% cycle %}', 'SYNTAX'],
    ["{% cycle 'a' 'b' %}", 'SYNTAX'],
    ["{% cycle 'a' | upcase %}", 'SYNTAX'],
    ['{% echo %}', 'SYNTAX'],
    ['{% comment x %}{% endcomment %}', 'SYNTAX'],
    ['{% raw x %}{% endraw %}', 'SYNTAX'],
    ['{% raw %}{% endraw x %}', 'SYNTAX'],
    ['{% raw %}{%- endraw %}', 'SYNTAX'],
    ['{%%}', 'SYNTAX'],
    ['{%}', 'SYNTAX'],
    ['{% liquid\n raw\n endraw\n%}', 'SYNTAX'],
    ["{% liquid\n echo 'a' 'b'\n%}", 'SYNTAX'],
    ['{% liquid\n if user.id\n%}{% endif %}', 'SYNTAX'],
  ])('%s', (source, code) => {
    expect(errorsOf(source).map((error) => error.code)).toContain(code)
  })
})

test.each([
  'include',
  'render',
  'layout',
  'block',
  'tablerow',
  'increment',
  'decrement',
  'paginate',
  'constructor',
])('the tag %s does not exist', (tag) => {
  expect(errorsOf(`{% ${tag} 'x' %}`)[0]?.code).toMatch(/UNKNOWN_TAG|SYNTAX/)
  expect(errorsOf(`{% liquid\n ${tag} x\n%}`)[0]?.code).toMatch(/UNKNOWN_TAG|SYNTAX/)
})

test.each([
  '{{ user.id',
  '{{ "a }}',
  '{% if user.id %}',
  '{% for x in user.roles %}',
  '{% capture x %}',
  '{% case 1 %}',
  '{% comment %}',
  '{% raw %}',
  '{% if true',
  '{% raw %}{% endrawx %}',
  '{% endif %}',
  "{% assign x = 'a %} b' %}",
])('what is not closed, or closed twice, is an error: %s', (source) => {
  expect(errorsOf(source)[0]?.code).toBe('SYNTAX')
})

describe('an error stands where its author wrote it', () => {
  test('line and column, over several lines and inside long calls', () => {
    const source = "a\n{{ get_variable('region') }}\n  {{ user.id\n   | upcas }}\n{{ nobody }}"
    expect(errorsOf(source)).toMatchObject([
      { code: 'UNKNOWN_FILTER', line: 4, column: 6 },
      { code: 'UNKNOWN_NAME', line: 5, column: 4 },
    ])
  })

  test('in each line of {% liquid %}', () => {
    expect(errorsOf('{% liquid\n  assign x = 1\n  echo y\n  ehco x\n%}')).toMatchObject([
      { code: 'UNKNOWN_NAME', line: 3, column: 8 },
      { code: 'UNKNOWN_TAG', line: 4, column: 3 },
    ])
  })

  test('all errors of a template are told at once', () => {
    expect(errorsOf('{{ a }}{{ b b }}{% nope %}{% endif %}{{ user.nme }}')).toHaveLength(5)
  })

  test('with what was probably meant', () => {
    expect(errorsOf('{{ user.emial }}')[0]?.message).toContain('did you mean `email`?')
    expect(errorsOf('{{ x | upcse }}')[1]?.message).toContain('did you mean `upcase`?')
    expect(errorsOf('{% asign x = 1 %}')[0]?.message).toContain('did you mean `assign`?')
    expect(errorsOf('{{ tenantid }}')[0]?.message).toContain('did you mean `tenant_id`?')
  })
})

test('only text inside a literal may be outside ASCII: no private name can be written', () => {
  expect(errorsOf("{{ \ue000 }}{{ get_secret('key') }}", 'header')[0]?.code).toBe('SYNTAX')
  expect(errorsOf("{% assign \ue000 = 'x' %}{{ get_secret('key') }}", 'header')[0]?.code).toBe('SYNTAX')
  expect(errorsOf('{{ user.\ue000 }}')[0]?.code).toBe('SYNTAX')
  expect(errorsOf('{{ user.id\u00a0}}')[0]?.code).toBe('SYNTAX')
  expect(errorsOf('{%\u00a0raw %}{{ user.id }}{% endraw %}')[0]?.code).toBe('SYNTAX')
  expect(errorsOf('{% raw %}{%\u180eendraw %}{{ user.id }}{% endraw %}')[0]?.code).toBe('SYNTAX')
  expect(render("\ue000{{ '\ue000' }}{{ get_variable('region') }}")).toBe('\ue000\ue000eu')
})

test('a computed root is an error', () => {
  for (const source of [
    '{{ [tenant_id].id }}',
    "{{ ['user'].id }}",
    '{% assign x = [tenant_id] %}',
    '{% for x in [tenant_id] %}{% endfor %}',
  ]) {
    expect(errorsOf(source)[0]?.code).toBe('SYNTAX')
  }
})

test('a text without markers never reaches the engine', () => {
  const template = compiled('plain } text % {')
  expect(template.constant).toBe('plain } text % {')
  expect(compiled('{{ user.id }}').constant).toBeUndefined()
})

test('compiling never fails but by telling what is wrong', () => {
  const piece = fc.constantFrom(
    '{{',
    '}}',
    '{%',
    '%}',
    '-',
    ' ',
    '\n',
    '|',
    ':',
    ',',
    '.',
    '..',
    '(',
    ')',
    '[',
    ']',
    "'",
    '"',
    '\\',
    '=',
    '==',
    'user',
    'id',
    'raw',
    'endraw',
    'comment',
    'endcomment',
    'liquid',
    'echo',
    'if',
    'endif',
    'else',
    'for',
    'x',
    'in',
    'endfor',
    'case',
    'when',
    'endcase',
    'assign',
    'capture',
    'endcapture',
    'cycle',
    'nil',
    'not',
    'and',
    'or',
    "get_secret('key')",
    'now()',
    '1',
    '-1',
    'default',
    'upcase',
    '\ue000',
    'limit',
    'user.roles',
    '{{ user.id }}',
    '{% if user.id %}',
    '{% endif %}',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), fc.constantFrom('', ' '), (pieces, joint) => {
      const { template, errors } = compileTemplate(pieces.join(joint), { place: 'header' })
      expect(template === undefined).toBe(errors.length > 0)
      for (const error of errors) expect(error.message).not.toContain('two ways')
    }),
    { numRuns: 3000 },
  )
})
