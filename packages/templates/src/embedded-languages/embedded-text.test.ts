import { describe, expect, test } from 'vitest'
import { compileTemplate } from '../compile.ts'
import { failureOf, render, values, withUser } from '../testing/support.ts'
import type { PlaceName } from '../types.ts'

const obrien = withUser({ first_name: 'O\'Brien^"x"\\' })

function warningsOf(source: string, place: PlaceName, contentType?: string) {
  const { template, errors, warnings } = compileTemplate(source, {
    place,
    ...(contentType && { contentType }),
  })
  expect(errors, source).toEqual([])
  expect(template, source).toBeDefined()
  return warnings.map(({ code, line, column }) => [code, line, column])
}

describe('a filter of an inner language fits where it stands', () => {
  test.each([
    ['Name = {{ user.first_name | soql }}', `Name = 'O\\'Brien^\\"x\\"\\\\'`],
    ["Name = '{{ user.first_name | soql }}'", `Name = 'O\\'Brien^\\"x\\"\\\\'`],
    ["Name LIKE '%{{ user.first_name | soql }}%'", `Name LIKE '%O\\'Brien^\\"x\\"\\\\%'`],
    [
      "a eq {{ user.first_name | odata }} and b eq '{{ user.first_name | odata }}'",
      `a eq 'O''Brien^"x"\\' and b eq 'O''Brien^"x"\\'`,
    ],
    [
      "a = {{ user.first_name | jql }} AND b = '{{ user.first_name | jql }}'",
      `a = "O\\'Brien^\\"x\\"\\\\" AND b = 'O\\'Brien^\\"x\\"\\\\'`,
    ],
    ['name={{ user.first_name | sysparm }}^active=true', `name=O'Brien^^"x"\\^active=true`],
    [
      '{ a(b: {{ user.first_name | graphql }}, c: "{{ user.first_name | graphql }}") }',
      `{ a(b: "O'Brien^\\"x\\"\\\\", c: "O'Brien^\\"x\\"\\\\") }`,
    ],
    [
      "{% if true %}Name = '{% else %}x = '{% endif %}{{ user.first_name | soql }}'",
      `Name = 'O\\'Brien^\\"x\\"\\\\'`,
    ],
    [
      "{% for r in user.roles %}{% unless forloop.first %} OR {% endunless %}x = '{{ r | soql }}'{% endfor %}",
      "x = 'admin' OR x = 'editor'",
    ],
  ])('%s', (source, expected) => {
    expect(render(source, 'query', obrien)).toBe(expected)
    expect(warningsOf(source, 'query')).toEqual([])
    const inJson = `{"q": "${source.replaceAll('"', '\\"')}"}`
    expect(JSON.parse(render(inJson, 'request_body', obrien))).toEqual({ q: expected })
    expect(warningsOf(inJson, 'request_body')).toEqual([])
    const { template } = compileTemplate(`{% capture q %}${source}{% endcapture %}{{ q }}`, {
      place: 'query',
    })
    expect(template?.render(obrien)).toBe(expected)
  })

  test.each([
    ["{% if true %}Name = '{% endif %}{{ user.first_name | soql }}", 'query'],
    ["a eq 'x'{{ user.first_name | odata }}", 'query'],
    ['{{ user.first_name | sysparm }}=1', 'query'],
    ['{"q": {{ user.first_name | sysparm }}}', 'request_body'],
    ['{"q": "{ a(b: \\"\\"\\"{{ user.first_name | graphql }}\\"\\"\\") }"}', 'request_body'],
    ['{{ user.first_name | soql | upcase }}', 'query'],
  ] as const)('where it cannot, the template is refused: %s', (source, place) => {
    const { template, errors } = compileTemplate(source, { place })
    expect(template).toBeUndefined()
    expect(errors).toHaveLength(1)
    expect(['INVALID_INNER_LANGUAGE', 'SYNTAX']).toContain(errors[0]?.code)
  })
})

describe('INNER_LANGUAGE warns of a value of session or caller beside other text', () => {
  test.each([
    ["Name = '{{ user.first_name }}'", 'query', 9],
    ['a{{ tenant_id }}', 'query', 2],
    ['{{ user.first_name }} b', 'query', 1],
    ['a{{ user.first_name | upcase }}', 'query', 2],
    ['a{{ user.profile_fields.by_id(7) | json }}', 'query', 2],
    ["a{{ user.first_name | date: '%Y' }}", 'query', 2],
    ['{% assign n = user.first_name %}a{{ n }}', 'query', 34],
    ['{% capture n %}{{ user.first_name }}{% endcapture %}a{{ n }}', 'query', 54],
    ['{% capture n %}x{{ user.first_name }}{% endcapture %}{{ n }}', 'query', 17],
    ['{% for r in user.roles %}a{{ r }}{% endfor %}', 'query', 27],
    ["x{% cycle user.id, 'b' %}", 'query', 2],
    ['/b?q=Name%3D{{ user.first_name }}', 'url', 13],
    // One word can be a keyword: EMPTY, currentUser, null.
    ['reporter = {{ user.first_name | plain }}', 'query', 12],
    ["a = 'b' AND reporter != {{ user.first_name | plain }}", 'query', 25],
    ['Name eq {{ user.first_name | plain }}', 'query', 9],
    ['{% if true %}a{% else %}a = {% endif %}{{ user.id | plain }}', 'query', 40],
    ["{% if true %}a = '{% endif %}{{ user.id | plain }}", 'query', 30],
    ['{"q": "owner={{ body.x | plain }}"}', 'request_body', 14],
    ['{"q": "Dear {{ user.first_name }}"}', 'request_body', 13],
    ['{"q": "{{ body.x }}%"}', 'request_body', 8],
    ['{"q": "{{ user.id }}{% if true %}!{% endif %}"}', 'response_body', 8],
  ] as const)('%s', (source, place, column) => {
    expect(warningsOf(source, place)).toEqual([['INNER_LANGUAGE', 1, column]])
  })

  test.each([
    ['{{ user.first_name }}', 'query'],
    [' {{ user.first_name }}\n{{ user.id }}', 'query'],
    ["a{{ get_variable('region') }}{{ now() }}", 'query'],
    ["a{{ get_secret('key') }}", 'query'],
    ['a{{ user.first_name | plain }}', 'query'],
    ["reporter = '{{ user.first_name | plain }}'", 'query'],
    [
      "{% for r in user.roles %}{% unless forloop.first %} OR {% endunless %}x = '{{ r | plain }}'{% endfor %}",
      'query',
    ],
    ['amount > {{ user.first_name | number }}', 'query'],
    ['{"text": "Dear {{ user.first_name | plain }}"}', 'request_body'],
    ['a{{ user.first_name | size }}{{ user.id | sha256 }}', 'query'],
    ['a {{ user.first_name }}', 'header'],
    ['{"q": "{{ user.first_name }}", "x": "a", "y": {{ user.id }}}', 'request_body'],
    ['{"q": "a{{ response.json.x }}"}', 'response_body'],
  ] as const)('and of nothing else: %s', (source, place) => {
    expect(warningsOf(source, place)).toEqual([])
  })

  test('the filters are named, and raw stands for a decision', () => {
    const { warnings } = compileTemplate('a{{ user.id }}', { place: 'query' })
    for (const name of ['soql', 'odata', 'jql', 'sysparm', 'graphql', 'number', 'plain', 'raw']) {
      expect(warnings[0]?.message).toContain(name)
    }
    expect(warningsOf('a{{ user.id | raw }}', 'query')).toEqual([['RAW_OUTPUT', 1, 15]])
  })

  test('a form value is one too', () => {
    expect(
      warningsOf('a=x{{ user.id }}&b={{ user.id }}', 'request_body', 'application/x-www-form-urlencoded'),
    ).toEqual([['INNER_LANGUAGE', 1, 4]])
  })
})

describe('a list', () => {
  const roles = (...list: string[]) => withUser({ roles: list })

  test.each([
    ['Role IN ({{ user.roles | soql }})', "Role IN ('a\\'b','c,d')"],
    ['role in ({{ user.roles | odata }})', "role in ('a''b','c,d')"],
    ['role in ({{ user.roles | jql }})', 'role in ("a\\\'b","c,d")'],
    ['{ a(b: [{{ user.roles | graphql }}]) }', `{ a(b: ["a'b","c,d"]) }`],
  ])('is written as literals with commas between them: %s', (source, expected) => {
    expect(render(source, 'query', roles("a'b", 'c,d'))).toBe(expected)
    expect(warningsOf(source, 'query')).toEqual([])
  })

  test('of numbers and booleans is quoted too', () => {
    const given = withUser({ profile_fields: { 7: [1, true, 'x'] } })
    expect(render('a in ({{ user.profile_fields.by_id(7) | odata }})', 'query', given)).toBe(
      "a in ('1','true','x')",
    )
  })

  test.each([
    ["Role = '{{ user.roles | soql }}'", roles('a'), 'quotes'],
    ['role in ("{{ user.roles | jql }}")', roles('a', 'b'), 'quotes'],
    ['roleIN{{ user.roles | sysparm }}', roles('a', 'b'), 'not a list'],
    ['role in ({{ user.roles | jql }})', roles(), 'default'],
    ['a = {{ user.roles | plain }}', roles('a', 'b'), 'not a list'],
    ['a = {{ user.roles | number }}', roles('1', '2'), 'not a list'],
    [
      'a in ({{ user.profile_fields.by_id(7) | soql }})',
      withUser({ profile_fields: { 7: [['a']] } }),
      'list',
    ],
    [
      'a in ({{ user.profile_fields.by_id(7) | soql }})',
      withUser({ profile_fields: { 7: ['a', null] } }),
      'missing',
    ],
    ['a in ({{ user.profile_fields.by_id(7) | soql }})', withUser({ profile_fields: { 7: [{}] } }), 'object'],
  ])('cannot be written here: %s', (source, given, advice) => {
    expect(failureOf(() => render(source, 'query', given)).message).toContain(advice)
  })

  test('an empty one has its default', () => {
    expect(render("role in ({{ user.roles | default: 'none' | jql }})", 'query', roles())).toBe(
      'role in ("none")',
    )
  })

  test.each(['soql', 'odata', 'jql', 'sysparm', 'graphql', 'plain', 'number'])(
    'an object has no text for %s',
    (name) => {
      const source = `x = {{ user.profile_fields.by_id(7) | ${name} }}`
      expect(failureOf(() => render(source))).toMatchObject({ reason: 'filter', line: 1, column: 5 })
    },
  )
})

test('number stands in JSON as a number', () => {
  const given = { ...values, body: { text: '{"n": "1.10", "q": 5}' } }
  const source = '{"n": {{ body.n | number }}, "q": "amount > {{ body.q | number }}"}'
  expect(render(source, 'request_body', given)).toBe('{"n": 1.10, "q": "amount > 5"}')
  expect(compileTemplate(source, { place: 'request_body' }).warnings).toEqual([])
})
