import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileTemplate } from '../compile.ts'
import { failureOf, values } from '../testing/support.ts'
import type { PlaceName, TemplateValues } from '../types.ts'

/** A user of whom only what every session has is known. */
const sparse: TemplateValues = {
  ...values,
  session: { tenant_id: 't1', user: { id: 'u1', roles: [], profile_fields: { 7: {}, 9: null } } },
  body: { text: '{"q": null, "list": []}' },
  response: { status: 200, headers: [], text: '{}' },
}

function render(source: string, place: PlaceName, given: TemplateValues = sparse): string {
  const { template, errors } = compileTemplate(source, { place })
  expect(errors, source).toEqual([])
  return template?.render(given) ?? ''
}

const rows: readonly PlaceName[] = [
  'header',
  'cookie',
  'query',
  'auth_header',
  'auth_query',
  'auth_text',
  'basic_username',
  'basic_password',
]

/** Each shows what is missing of the user, in one way or another. */
const vanishing = [
  '{{ user.email }}',
  'owner={{ user.email }}',
  '{% echo user.email %}',
  '{% liquid\n echo user.email\n%}',
  '{{ user.email | downcase }}',
  "{{ user.email | strip | append: '@example.com' }}",
  "{{ user.email | append: '@example.com' | default: 'none' }}",
  "{{ 'a' | append: user.email }}",
  "{{ 'a-b' | replace: '-', user.email }}",
  '{{ user.email | json }}',
  '{{ user.email | size }}',
  '{{ user.email | sha256 }}',
  '{{ user.email | default: user.username }}',
  '{{ user.profile_fields.by_id(3) }}',
  '{{ user.profile_fields.by_id(9) }}',
  '{{ user.profile_fields.by_id(7).city }}',
  '{{ user.profile_fields.by_id(3) | url_encode }}',
  '{{ user.roles | first }}',
  '{{ user.roles[0] }}',
  '{{ user.roles.last }}',
  "{{ user.roles | join: ',' }}",
  '{{ user.roles }}',
  '{{ user.roles | array_to_sentence_string }}',
  '{% assign e = user.email %}{{ e }}',
  '{% assign e = user.email | downcase %}{{ e }}',
  "{% assign e = user.email | append: '' %}{% assign f = e | strip %}x{{ f }}",
  '{% capture e %}{{ user.email }}{% endcapture %}{{ e }}',
  '{% capture e %}a{% capture f %}{{ user.email | upcase }}{% endcapture %}{{ f }}{% endcapture %}{{ e }}',
  '{% for r in user.profile_fields.by_id(3) %}{{ r }}{% endfor %}',
  '{% for i in (1..user.username) %}{{ i }}{% endfor %}',
  "{% assign list = user.email | split: ',' %}{% for one in list %}{{ one }}{% endfor %}",
  "{% cycle user.email, 'a' %}",
  '{% if user.id %}{{ user.email }}{% endif %}',
  '{% case user.id %}{% when "u1" %}{{ user.email }}{% endcase %}',
  '{% unless user.email %}{{ user.email }}{% endunless %}',
  "{% assign m = '{}' | from_json %}{{ m[user.id] }}",
  '{{ user.email | raw }}',
]

/** Each says what is to be where the value is missing. */
const guarded: readonly (readonly [string, string])[] = [
  ["{{ user.email | default: '' }}", ''],
  ["{{ user.email | default: 'nobody' | upcase }}", 'NOBODY'],
  ["{{ user.email | downcase | default: 'nobody' }}", 'nobody'],
  ["{{ user.email | default: '' | append: 'a' }}", 'a'],
  ["{% assign e = user.email | default: '' %}a{{ e }}", 'a'],
  ["{% assign e = user.email %}a{{ e | default: '' }}", 'a'],
  ["{% assign e = user.email | downcase %}{{ e | default: 'x' }}", 'x'],
  ['a{% if user.email %}{{ user.email }}{% endif %}', 'a'],
  ['a{% assign e = user.email | downcase %}{% if e %}{{ e }}{% endif %}', 'a'],
  ['{% if user.email == nil %}none{% else %}{{ user.email }}{% endif %}', 'none'],
  ["{{ user.roles | join: ',' | default: 'none' }}", 'none'],
  ["{{ user.roles | default: 'none' | join: ',' }}", 'none'],
  ["a{{ user.roles | first | default: '' }}", 'a'],
  ['a{% for r in user.roles %}{{ r }}{% endfor %}', 'a'],
  ['{{ user.roles | size }}', '0'],
  ['{{ user.roles | json }}', '[]'],
  ["{% capture e %}{{ user.email | default: 'x' }}{% endcapture %}{{ e }}", 'x'],
  ["{% assign e = '' %}{% if user.email %}{% assign e = user.email %}{% endif %}a{{ e }}", 'a'],
  ['{{ user.id }}{{ tenant_id }}', 'u1t1'],
]

describe('in a row or a credential a value of the user does not vanish', () => {
  test.each(vanishing)('%s', (source) => {
    for (const place of rows) {
      const failure = failureOf(() => render(source, place))
      expect(failure.reason).toBe('missing')
      expect(failure.message).toContain("| default: ''")
    }
    expect(failureOf(() => render(source, 'url')).reason).toBe('missing')
  })

  test.each(guarded)('unless its author says so: %s', (source, expected) => {
    for (const place of rows) expect(render(source, place)).toBe(expected)
  })

  test('the failure names the value, and its place', () => {
    expect(failureOf(() => render('a\n {{ user.email | downcase }}', 'query'))).toMatchObject({
      line: 2,
      column: 2,
      message:
        "`user.email` is missing: write | default: '' after it if it may be left out, or put {% if %} around it.",
    })
    expect(failureOf(() => render("{{ 'a' | append: user.email }}", 'query')).message).toMatch(
      /^A value that/,
    )
  })

  test('what is not of the user may be missing there', () => {
    expect(render("a{{ pathParams.none }}{{ get_variable('none') | default: '' | upcase }}", 'header')).toBe(
      'a',
    )
    expect(render("{% assign m = '{}' | from_json %}a{{ m.none | upcase }}", 'query')).toBe('a')
  })
})

describe('in a URL no value vanishes', () => {
  test.each([
    '/users/{{ user.email }}',
    '/a/{{ pathParams.none }}',
    "/a?b={{ get_variable('region') | from_json }}",
    "{% assign m = '{}' | from_json %}/a/{{ m.none | downcase }}/b",
    "{% assign m = '{}' | from_json %}{% capture c %}{{ m.none }}{% endcapture %}/a/{{ c }}/b",
    "{% assign m = '{}' | from_json %}{% for x in m.none %}{{ x }}{% endfor %}",
    "{% assign m = '[]' | from_json %}/a?b={{ m }}",
  ])('%s', (source) => {
    const given = { ...sparse, variables: new Map([['region', 'null']]) }
    expect(failureOf(() => render(source, 'url', given)).reason).toBe('missing')
  })

  test('unless its author says so', () => {
    expect(
      render("/users/{{ user.email | default: 'me' }}?a={{ pathParams.none | default: '' }}", 'url'),
    ).toBe('/users/me?a=')
  })
})

describe('in an embedded language no value vanishes', () => {
  const languages = ['soql', 'odata', 'jql', 'graphql', 'plain', 'number']

  test.each(languages)('%s, whoever the value is of', (name) => {
    for (const [place, source] of [
      ['query', `a = {{ user.email | ${name} }}`],
      ['query', `a = {{ user.email | downcase | ${name} }}`],
      ['request_body', `{"q": "a = {{ body.q | ${name} }}"}`],
      ['request_body', `{"q": {{ body.none | strip | ${name} }}}`],
      ['request_body', `{"q": {{ body.list | ${name} }}}`],
      ['request_body', `{% assign q = body.q | upcase %}{"q": {{ q | ${name} }}}`],
      ['request_body', `{% assign q = body.q | ${name} %}{"q": "x {{ q }}"}`],
      ['request_body', `{% capture q %}a {{ body.q | ${name} }}{% endcapture %}{"q": {{ q }}}`],
      ['response_body', `{"q": {{ response.json.none | ${name} }}}`],
      ['header', `{{ pathParams.none | ${name} }}`],
    ] as const) {
      expect(() => render(source, place), source).toThrow(
        expect.objectContaining({ name: 'TemplateRenderError' }),
      )
    }
    const given = name === 'number' ? '1' : "'x'"
    expect(render(`{"q": {{ body.q | default: ${given} | ${name} }}}`, 'request_body')).toMatch(/[1x]/)
  })

  test.each([
    ["LIKE '%{{ user.email | soql }}%'", 'query'],
    ['owner.email={{ user.email | sysparm }}', 'query'],
    ['owner = "{{ user.email | jql }}"', 'auth_query'],
  ] as const)('between what the author wrote: %s', (source, place) => {
    expect(failureOf(() => render(source, place)).reason).toBe('missing')
  })

  test.each([
    '{"q": "owner = {{ user.email }}"}',
    '{"q": "owner = \'{{ user.email | plain }}\'"}',
    '{% assign e = user.email | downcase %}{"q": "owner = {{ e }}"}',
    '{% capture q %}owner = {{ user.email }}{% endcapture %}{"q": {{ q }}}',
    '{% capture e %}{{ user.email }}{% endcapture %}{"q": "owner = {{ e }}"}',
    '{"q": "{% for r in user.profile_fields.by_id(3) %} or role = {{ r }}{% endfor %} and x"}',
    '{"q": "{% cycle user.email, user.id %} and x"}',
  ])('next to text in a body, also where no filter says which language it is: %s', (source) => {
    expect(failureOf(() => render(source, 'request_body')).reason).toBe('missing')
    expect(failureOf(() => render(source, 'response_body')).reason).toBe('missing')
  })

  test.each([
    ['{"to": "{{ user.email }}", "cc": {{ user.username }}}', { to: '', cc: null }],
    ['{"q": "Dear {{ user.first_name | raw }}"}', { q: 'Dear ' }],
    ['{"q": "{{ user.email | default: \'\' }} x"}', { q: ' x' }],
    ['{"q": "{{ body.q }} x"}', { q: ' x' }],
    ['{% assign e = user.email | downcase %}{"to": {{ e }}}', { to: '' }],
  ])('elsewhere in a body what is missing is nothing: %s', (source, expected) => {
    expect(JSON.parse(render(source, 'request_body'))).toEqual(expected)
  })
})

test('a default is what it takes, wherever in a chain of filters it comes last', () => {
  const filter = fc.constantFrom(
    'downcase',
    'upcase',
    'strip',
    'json',
    'sha256',
    "append: 'x'",
    "prepend: 'y'",
    'size',
  )
  fc.assert(
    fc.property(fc.array(filter, { maxLength: 4 }), fc.array(filter, { maxLength: 4 }), (before, after) => {
      const chain = (filters: readonly string[]) => filters.map((one) => ` | ${one}`).join('')
      expect(failureOf(() => render(`{{ user.email${chain(before)} }}`, 'query')).reason).toBe('missing')
      const text = render(`{{ user.email | default: 'D'${chain(after)} }}`, 'query')
      expect(text).toBe(render(`{{ 'D'${chain(after)} }}`, 'query'))
    }),
  )
})
