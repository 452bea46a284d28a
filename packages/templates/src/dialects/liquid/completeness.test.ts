/** What Liquid's own documents show, and what LiquidJS does not have or does otherwise. */
import { describe, expect, test } from 'vitest'
import { errorsOf, failureOf, render, values, withUser } from '../../testing/support.ts'

describe('the words for nothing are false, or nothing', () => {
  test.each([
    ['{% if nil %}a{% else %}b{% endif %}', 'b'],
    ['{% if null %}a{% else %}b{% endif %}', 'b'],
    ['{% unless nil %}a{% else %}b{% endunless %}', 'a'],
    ['{% if nil or user.id %}a{% else %}b{% endif %}', 'a'],
    ['{% if nil or user.last_name %}a{% else %}b{% endif %}', 'b'],
    ['{% if nil and user.id %}a{% else %}b{% endif %}', 'b'],
    ['{% if not nil %}a{% else %}b{% endif %}', 'a'],
    ['{% if user.last_name == nil and nil == user.last_name %}a{% endif %}', 'a'],
    ['{% if nil == nil %}a{% endif %}', 'a'],
    ['{% if nil != user.id %}a{% endif %}', 'a'],
    ['{% if nil < 1 or nil >= 0 or 1 > nil %}a{% else %}b{% endif %}', 'b'],
    ['{% case nil %}{% when 1 %}a{% when nil %}b{% endcase %}', 'b'],
    ['{% case user.last_name %}{% when nil %}a{% else %}b{% endcase %}', 'a'],
    ["{% if '' == empty and '' == blank and '  ' == blank %}a{% endif %}", 'a'],
    ["{% if ' ' == empty %}a{% else %}b{% endif %}", 'b'],
    ['{% if false == blank and user.last_name == blank %}a{% endif %}', 'a'],
    ['{% if user.roles == empty or user.roles == blank %}a{% else %}b{% endif %}', 'b'],
    ["{% if 'abc' contains empty %}a{% endif %}", 'a'],
    ["{% if 'nil' contains nil %}a{% else %}b{% endif %}", 'b'],
  ])('%s', (source, expected) => {
    expect(render(source)).toBe(expected)
  })
})

describe('comments in one tag', () => {
  test.each([
    ['a{% # a note %}b', 'ab'],
    ['a {%- # a note -%} b', 'ab'],
    ['{%#x%}a', 'a'],
    ['{% # one\n # two\n   # {{ three }}\n%}a', 'a'],
    ["{% liquid\n # a note\n echo 'a'\n #another\n%}", 'a'],
  ])('%s', (source, expected) => {
    expect(render(source)).toBe(expected)
  })

  test('each line begins with #, or it would look like a tag that runs', () => {
    expect(errorsOf("{% # one\n echo 'x'\n%}")).toMatchObject([{ code: 'SYNTAX', line: 1, column: 1 }])
  })
})

describe('offset: continue', () => {
  const loop = (rest: string): string => `{% for r in (1..6)${rest} %}{{ r }}{% endfor %}|`

  test.each([
    [loop(' limit: 2') + loop(' limit: 2 offset: continue') + loop(' offset: continue'), '12|34|56|'],
    [loop(' limit: 2 offset: 1') + loop(' offset: continue limit: 1'), '23|4|'],
    [loop(' offset: continue'), '123456|'],
    [loop('') + loop(' offset: continue'), '123456||'],
    [loop(' limit: 3') + loop(' offset: continue reversed'), '123|654|'],
    // Another variable or another list is another loop.
    [`${loop(' limit: 2')}{% for s in (1..6) offset: continue %}{{ s }}{% endfor %}`, '12|123456'],
    [`${loop(' limit: 2')}{% for r in (1..3) offset: continue %}{{ r }}{% endfor %}`, '12|123'],
  ])('%s', (source, expected) => {
    expect(render(source)).toBe(expected)
  })

  test('continue is nothing else', () => {
    expect(errorsOf('{% for r in user.roles limit: continue %}{% endfor %}')[0]?.code).toBe('SYNTAX')
    expect(errorsOf('{{ continue }}')[0]?.code).toBe('SYNTAX')
  })
})

test.each([
  ["{% liquid\n liquid assign x = 'a'\n echo x\n%}", 'a'],
  ["{% liquid\n liquid liquid echo 'a'\n%}", 'a'],
  ['{% if true %}{% liquid\n liquid if true\n%}{% endif %}', undefined],
])('liquid in liquid: %s', (source, expected) => {
  if (expected === undefined) expect(errorsOf(source)[0]?.code).toBe('SYNTAX')
  else expect(render(source)).toBe(expected)
})

// Shopify's documents, and Ruby's Base64: https://shopify.dev/docs/api/liquid/filters
test.each([
  ["{{ 'one two three' | base64_url_safe_encode }}", 'b25lIHR3byB0aHJlZQ=='],
  ["{{ '~~~???' | base64_url_safe_encode }}", 'fn5-Pz8_'],
  ["{{ 'b25lIHR3byB0aHJlZQ==' | base64_url_safe_decode }}", 'one two three'],
  ["{{ 'fn5-Pz8_' | base64_url_safe_decode }}", '~~~???'],
  ["{{ 'b25lIHR3byB0aHJlZQ' | base64_url_safe_decode }}", 'one two three'],
])('base64 for URLs: %s', (source, expected) => {
  expect(render(source)).toBe(expected)
})

test.each(["'fn5+Pz8/'", "'!'", "'a'"])('what is no base64 for URLs is refused: %s', (text) => {
  expect(failureOf(() => render(`{{ ${text} | base64_url_safe_decode }}`)).reason).toBe('filter')
})

const rows = '[{"k":"a","n":1},{"k":"a","n":2},{"n":3},{"k":null,"n":4},{"k":"b","n":5}]'

test.each([
  ["rows | uniq: 'k' | map: 'n'", '[1,3,4,5]'],
  ["rows | compact: 'k' | map: 'n'", '[1,2,5]'],
  ['rows | compact | size', '5'],
  ["rows | map: 'k' | uniq", '["a",null,null,"b"]'],
  ['user.first_name | slice: 1, 99999999999', '"da"'],
  ['user.first_name | slice: -2, 99999999999', '"da"'],
  ['user.roles | slice: 1, 99999999999', '["editor"]'],
  ['user.first_name | slice: 9, 1', '""'],
  ['user.first_name | slice: 1', '"d"'],
  ['false | default: 1, allow_false: true', 'false'],
  ['false | default: 1, allow_false: yes', 'false'],
  ['false | default: 1, allow_false: no', '1'],
  ['user.last_name | default: 1, allow_false: yes', '1'],
  ['user.roles[-1]', '"editor"'],
  ['user.roles[-3]', 'null'],
])('%s', (expression, expected) => {
  const source = `{% assign rows = user.email | from_json %}{% assign yes = true %}{% assign no = false %}{{ ${expression} | json }}`
  expect(render(source, 'request_body', withUser({ email: rows }))).toBe(expected)
})

test('a condition is read from the right, as Liquid does', () => {
  expect(render('{% if false and false or true %}a{% else %}b{% endif %}')).toBe('b')
  expect(render('{% if true or false and false %}a{% else %}b{% endif %}')).toBe('a')
  expect(render('{% if not true or true %}a{% else %}b{% endif %}')).toBe('a')
})

test.each([
  ["'a\\nb\\t\\u0041\\101\\x\\''", "a\nb\tAAx'"],
  ['"\\"\\\\"', '"\\'],
])('a literal may hold escapes: %s', (literal, expected) => {
  expect(render(`{{ ${literal} }}`, 'query', values)).toBe(expected)
})
