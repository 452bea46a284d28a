import { expect, test } from 'vitest'
import { compileTemplate } from '../compile.ts'
import { compileUrl } from '../url/compile-url.ts'

test.each([
  ['{% set name = user.email %}{{ name }}', 4, 'assign'],
  ['{% if tenant_id %}a{% elif user.id %}b{% endif %}', 23, 'elsif'],
  ["{{ user.first_name ~ ' ' ~ user.last_name }}", 20, 'append'],
  ["{{ user.email if user.email else 'x' }}", 13, '{% if b %}'],
  ['{% if user.email is defined %}a{% endif %}', 17, 'is defined'],
  ['{% if user.email is not none %}a{% endif %}', 17, 'is defined'],
  ["{{ user.roles | join(',') }}", 15, '| join: ","'],
  ['{{ user | tojson() }}', 9, '| join: ","'],
  ["{% if 'a' not in user.roles %}b{% endif %}", 10, 'contains'],
  ['{% for r in user.roles %}{{ loop.index }}{% endfor %}', 29, 'forloop.index'],
  ['{% for k, v in user.roles %}{{ k }}{% endfor %}', 4, 'pair'],
  ['{{ user.email.upper() }}', 14, 'upcase'],
  ['{% macro x() %}{% endmacro %}', 4, 'no such tag'],
  ['{# a comment #}{{ usr.id }}', 1, 'comment'],
])('one finding tells of Jinja2, with its place: %s', (source, column, advice) => {
  const { template, errors } = compileTemplate(source, { place: 'header' })
  expect(template).toBeUndefined()
  expect(errors).toMatchObject([{ code: 'JINJA_TEMPLATE', line: 1, column }])
  expect(errors[0]?.message).toContain(advice)
})

test('in a URL too, wherever it begins', () => {
  for (const source of [
    'https://api.example.com/{{ user.id ~ tenant_id }}?{{ usr }}',
    'https://{{ a if b else c }}.example.com/',
  ]) {
    expect(compileUrl(source, { pathParameters: new Map() }).errors).toMatchObject([
      { code: 'JINJA_TEMPLATE' },
    ])
  }
})

test.each([
  '{{ usr.id }}',
  '{{ user.id | upper }}',
  '{% asign x = 1 %}',
  "{{ user.id | append: 'a ~ b | join(1) is defined {% set' | nope }}",
  "{{ get_secret('a b') }}",
  '{{ user.profile_fields.by_id(user.id) }}',
  '{% for x in user.roles %}{{ y }}{% endfor %}',
  'a ~ b {{ usr.id }}',
])('a mistake in Liquid stays what it is: %s', (source) => {
  const { errors } = compileTemplate(source, { place: 'header' })
  expect(errors).toHaveLength(1)
  expect(errors[0]?.code).not.toBe('JINJA_TEMPLATE')
})

test('what is Liquid is not looked at', () => {
  const source = "{{ user.first_name | append: ' ~ ' }} {# not a comment here #}"
  expect(compileTemplate(source, { place: 'header' }).errors).toEqual([])
})
