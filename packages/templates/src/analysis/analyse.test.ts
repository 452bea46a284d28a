import { describe, expect, test } from 'vitest'
import { compileTemplate } from '../compile.ts'
import { compiled, errorsOf, failureOf, render, values, withUser } from '../testing/support.ts'
import type { PlaceName } from '../types.ts'

const everyPlace: readonly PlaceName[] = [
  'url',
  'header',
  'cookie',
  'query',
  'auth_header',
  'auth_query',
  'basic_username',
  'basic_password',
  'request_body',
  'response_body',
]

describe('calls', () => {
  test.each([
    ["{{ get_secret('key') }}", 's3cr3t-value'],
    ['{{ get_secret("key") | base64_encode }}', 'czNjcjN0LXZhbHVl'],
    ["{{ 'x' | append: get_secret('key') }}", 'xs3cr3t-value'],
    ["{% if get_variable('region') == 'eu' %}{{ get_variable('region') }}{% endif %}", 'eu'],
    ["{% assign r = get_variable( 'region' ) %}{{ r }}", 'eu'],
    ['{{ now() }} {{ now(3600) }} {{ now(-60) }}', '1700000000 1700003600 1699999940'],
    ['{{ now() | date: "%Y-%m-%d %H:%M" }}', '2023-11-14 22:13'],
    ['{{ user.profile_fields.by_id(123) }}', 'Analytical Engines'],
    ['{{ user.profile_fields.by_id(7).city }}', 'London'],
    ["{{ user.profile_fields.by_id(8) | default: '' }}", ''],
    ["{% for i in (1..2) %}{{ get_variable('region') }}{% endfor %}", 'eueu'],
    ['{% for i in (now(-1699999999)..now(-1699999998)) %}{{ i }}{% endfor %}', '12'],
    ["{% case get_variable('region') %}{% when 'eu' %}EU{% endcase %}", 'EU'],
    ["{% echo get_variable('region') %}{% cycle get_variable('region'), 'x' %}", 'eueu'],
    ["{{ get_variable(\n'region'\n) }}", 'eu'],
    ["{% raw %}{{ get_secret('key') }}{% endraw %}", "{{ get_secret('key') }}"],
    ['{{ "get_secret(\'key\')" }}', "get_secret('key')"],
  ])('%s', (source, expected) => {
    expect(render(source, 'auth_query')).toBe(expected)
  })

  test.each([
    '{{ get_secret }}',
    '{{ get_variable }}',
    '{{ now }}',
    "{{ get_secret ('key') }}",
    '{{ get_secret() }}',
    '{{ get_secret(key) }}',
    '{{ get_secret(user.id) }}',
    "{{ get_secret('a', 'b') }}",
    "{{ get_secret('a' | append: 'b') }}",
    "{{ get_secret('a-b') }}",
    "{{ get_secret('1a') }}",
    "{{ get_secret('k\\u0065y') }}",
    `{{ get_secret('${'a'.repeat(129)}') }}`,
    '{{ get_secret(1) }}',
    "{{ get_secret['key'] }}",
    '{{ get_secret.key }}',
    "{{ get_secret('key').size }}",
    "{{ get_secret('key')[0] }}",
    '{{ now(1.5) }}',
    "{{ now('1') }}",
    '{{ now(user.id) }}',
    "{{ user.profile_fields.by_id('123') }}",
    '{{ user.profile_fields.by_id(-1) }}',
    '{{ user.profile_fields.by_id(user.id) }}',
    '{{ user.profile_fields.by_id }}',
    '{{ user.delete(1) }}',
    "{{ foo('x') }}",
    '{% for x in get_secret %}{% endfor %}',
    "{% if get_secret == 'x' %}{% endif %}",
  ])('anything but one literal in a call is an error: %s', (source) => {
    expect(errorsOf(source, 'header')[0]?.code).toMatch(/INVALID_CALL|UNKNOWN_NAME/)
  })

  test.each([
    '{{ user.profile_fields }}',
    '{{ user.profile_fields["123"] }}',
    '{{ user.profile_fields.size }}',
  ])('profile fields are read by number alone: %s', (source) => {
    expect(errorsOf(source)[0]?.message).toContain('by_id(123)')
  })

  test('a variable never reads a secret, nor a secret a variable', () => {
    expect(failureOf(() => render("{{ get_variable('key') }}"))).toMatchObject({
      reason: 'missing',
      line: 1,
      column: 4,
    })
    expect(failureOf(() => render("{{ get_secret('region') }}", 'header'))).toMatchObject({
      reason: 'missing',
    })
  })
})

describe('where each name may stand', () => {
  test.each(everyPlace)('user, tenant_id, pathParams, variables and the time: %s', (place) => {
    const names = ['user.id', 'tenant_id', 'pathParams.idea_id', "get_variable('region')", 'now()']
    for (const name of names) expect(compileTemplate(`{{ ${name} | json }}`, { place }).errors).toEqual([])
  })

  test('secrets and signing stand only in headers, query parameters and authentication', () => {
    for (const place of everyPlace) {
      const isAllowed = !['url', 'request_body', 'response_body'].includes(place)
      const sources = [
        "{{ get_secret('key') | json }}",
        "{% assign k = get_secret('key') %}{{ k | json }}",
        "{{ user.id | from_json | jwt_encode: 'k', 'HS256' | json }}",
      ]
      for (const source of sources) {
        const codes = compileTemplate(source, { place }).errors.map((error) => error.code)
        expect(codes, `${source} in ${place}`).toEqual(isAllowed ? [] : ['NOT_ALLOWED_HERE'])
      }
    }
  })

  test('the payload stands only in the request body, the answer only in the response body', () => {
    for (const place of everyPlace) {
      for (const name of ['body.id', 'body_text']) {
        expect(compileTemplate(`{{ ${name} | json }}`, { place }).errors.length).toBe(
          place === 'request_body' ? 0 : 1,
        )
      }
      for (const name of [
        'response.json.a',
        'response.status_code',
        'response.headers.etag',
        'response.body',
      ]) {
        expect(compileTemplate(`{{ ${name} | json }}`, { place }).errors.length).toBe(
          place === 'response_body' ? 0 : 1,
        )
      }
    }
  })

  test('unknown names and unknown properties are errors', () => {
    for (const source of [
      '{{ usr.id }}',
      '{{ user.name }}',
      '{{ user.constructor }}',
      '{{ user.__proto__ }}',
      '{{ tenant }}',
      '{{ constructor }}',
      '{{ __proto__ }}',
      '{{ toString }}',
      '{{ forloop.index }}',
      '{% for x in user.roles %}{% endfor %}{{ x }}',
      '{% for x in user.roles %}{{ forloop.next }}{% endfor %}',
      '{% for x in user.roles %}{{ forloop }}{% endfor %}',
      '{% for x in user.roles %}{{ forloop[x] }}{% endfor %}',
      '{% for x in user.roles %}{% else %}{{ x }}{% endfor %}',
      '{{ pathParams }}',
      '{{ pathParams[user.id] }}',
    ]) {
      expect(errorsOf(source)[0]?.code, source).toBe('UNKNOWN_NAME')
    }
    expect(errorsOf('{{ response.jsn | json }}', 'response_body')[0]?.message).toContain(
      'did you mean `json`?',
    )
  })

  test.each([
    'user',
    'tenant_id',
    'pathParams',
    'body',
    'body_text',
    'response',
    'get_secret',
    'get_variable',
    'now',
    'forloop',
  ])('nothing binds %s', (name) => {
    expect(errorsOf(`{% assign ${name} = 1 %}`)[0]?.code).toBe('RESERVED_NAME')
    expect(errorsOf(`{% capture ${name} %}{% endcapture %}`)[0]?.code).toBe('RESERVED_NAME')
    expect(errorsOf(`{% for ${name} in (1..2) %}{% endfor %}`)[0]?.code).toBe('RESERVED_NAME')
    expect(errorsOf(`{% liquid\n assign ${name} = 1\n%}`)[0]?.code).toBe('RESERVED_NAME')
  })
})

describe('the analysis counts whatever occurs', () => {
  test('values, each by its own name', () => {
    const { uses } = compiled(
      "{{ get_secret('a') }}{{ get_variable('b') }}{{ user.email }}{{ user.profile_fields.by_id(5) }}{{ tenant_id }}{{ pathParams.x }}{{ now() }}",
      'header',
    )
    expect(uses).toEqual({
      secrets: new Set(['a']),
      variables: new Map([['b', { required: true }]]),
      session: new Set(['user.email', 'user.profile_fields.5', 'tenant_id']),
      needsUser: true,
      pathParams: new Set(['x']),
      body: false,
      response: false,
      time: true,
    })
  })

  test.each([
    ['{% if false %}{{ user.id }}{% endif %}', 'user.id'],
    ['{% for x in (1..0) %}{% else %}{{ user.id }}{% endfor %}', 'user.id'],
    [
      '{% for x in user.roles %}{% if true %}{% break %}{% endif %}{{ user.email }}{% endfor %}',
      'user.email',
    ],
    [
      '{% unless true %}{% else %}{% endunless %}{% if x == user.id %}{% endif %}{% assign x = 1 %}',
      'user.id',
    ],
    ['{% case 1 %}{% when user.id %}{% endcase %}', 'user.id'],
    ['{% for x in (1..3) limit: user.id %}{% endfor %}', 'user.id'],
    ["{{ 'a' | append: user.email }}", 'user.email'],
    ["{{ false | default: 'b' | replace: 'a', user.email }}", 'user.email'],
    ["{% assign m = '{}' | from_json %}{{ m[user.email] }}", 'user.email'],
    ["{% assign m = '{}' | from_json %}{{ m.a[m[user.email]] }}", 'user.email'],
    ["{% cycle user.email: 'a', 'b' %}", 'user.email'],
    ["{% cycle 'a', user.email %}", 'user.email'],
    ['{% echo user.email %}', 'user.email'],
    ['{% liquid\n if false\n echo user.email\n endif\n%}', 'user.email'],
    ['{% capture c %}{{ user.email }}{% endcapture %}', 'user.email'],
    ['{% for x in (1..user.id) %}{% endfor %}', 'user.id'],
    ['{{ user | json }}', 'user'],
    ["{% assign k = 'id' %}{{ user[k] }}", 'user'],
    ["{{ user['email'] }}", 'user.email'],
    ['{{- user.email -}}', 'user.email'],
  ])('%s', (source, expected) => {
    expect([...compiled(source).uses.session]).toContain(expected)
  })

  test('no shadowing hides a name', () => {
    const source = '{% if false %}{% assign user = 1 %}{% endif %}{{ user.id }}'
    expect(errorsOf(source)).toMatchObject([{ code: 'RESERVED_NAME', line: 1, column: 25 }])
  })

  test('a secret counts in every tag, also where it can never run', () => {
    for (const source of [
      "{% if false %}{{ get_secret('a') }}{% endif %}",
      "{% for x in (1..0) %}{% else %}{{ get_secret('a') }}{% endfor %}",
      "{% liquid\n if false\n echo get_secret('a')\n endif\n%}",
      "{{ 'x' | append: get_secret('a') }}",
    ]) {
      expect([...compiled(source, 'header').uses.secrets]).toEqual(['a'])
    }
    expect([
      ...compiled(
        "{% raw %}{{ get_secret('a') }}{% endraw %}{% comment %}{{ get_secret('a') }}{% endcomment %}",
      ).uses.secrets,
    ]).toEqual([])
  })

  test('a variable is optional only where every use has its default directly', () => {
    const required = (source: string): unknown => compiled(source).uses.variables.get('v')?.required
    expect(required("{{ get_variable('v') | default: 'x' }}")).toBe(false)
    expect(required("{{ get_variable('v') | upcase | default: 'x' }}")).toBe(true)
    expect(required("{{ get_variable('v') | default: 'x' }}{{ get_variable('v') }}")).toBe(true)
    expect(required("{{ get_variable('v') }}{{ get_variable('v') | default: 'x' }}")).toBe(true)
    expect(required("{{ 'a' | default: get_variable('v') }}")).toBe(true)
    expect(render("{{ get_variable('v') | default: 'x' }}")).toBe('x')
    expect(failureOf(() => render("a\n {{ get_variable('v') }}"))).toMatchObject({
      reason: 'missing',
      line: 2,
      column: 5,
    })
  })
})

describe('a user is needed unless every use has its default directly', () => {
  const anonymous = { ...values, session: { tenant_id: 't1' } }

  test.each([
    ["{{ user.email | default: 'nobody' }}", 'nobody'],
    ["a{{ user.profile_fields.by_id(123) | default: '' }}", 'a'],
    ["{% assign e = user.email | default: 'x' | upcase %}{{ e }}", 'X'],
    ["{% assign r = user.roles | default: '' %}{% for x in r %}{{ x }}{% endfor %}-", '-'],
    ['{{ tenant_id }}', 't1'],
  ])('not by %s', (source, expected) => {
    const template = compiled(source)
    expect(template.uses.needsUser).toBe(false)
    expect(template.render(anonymous)).toBe(expected)
  })

  test('and the value still counts as one that the text depends on', () => {
    expect(compiled("{{ user.email | default: '' }}").uses.session).toEqual(new Set(['user.email']))
  })

  test.each([
    '{{ user.email }}',
    "{{ user.email | upcase | default: 'x' }}",
    "{{ 'x' | default: user.email }}",
    "{{ 'x' | append: user.email | default: '' }}",
    "{{ user.email | default: '' }}{{ user.id }}",
    '{% if user.email %}a{% endif %}',
    '{% for r in user.roles %}{{ r }}{% endfor %}',
    "{{ user.profile_fields.by_id(1) | json | default: '' }}",
    '{{ user | json }}',
  ])('by %s', (source) => {
    const template = compiled(source)
    expect(template.uses.needsUser).toBe(true)
    expect(failureOf(() => template.render(anonymous))).toMatchObject({ reason: 'missing' })
  })
})

describe('data is never code', () => {
  const attack = "{{ get_secret('key') }}{% assign x = 1 %}"

  test('a value that looks like a template comes out as those characters', () => {
    const given = withUser({ first_name: attack, profile_fields: { '1': attack } })
    expect(render('{{ user.first_name }}', 'header', given)).toBe(attack)
    expect(render('{% capture c %}{{ user.first_name }}{% endcapture %}{{ c }}', 'header', given)).toBe(
      attack,
    )
    expect(render('{{ user.profile_fields.by_id(1) }}', 'header', given)).toBe(attack)
    expect(
      render("{{ get_variable('v') }}", 'header', { ...values, variables: new Map([['v', attack]]) }),
    ).toBe(attack)
    expect(render("{{ get_secret('v') }}", 'header', { ...values, secrets: new Map([['v', attack]]) })).toBe(
      attack,
    )
  })

  test('a value that holds a private name finds nothing', () => {
    const given = withUser({ first_name: '\ue000', email: '\ue001' })
    const source =
      "{{ get_secret('key') }}{% assign m = '{}' | from_json %}{{ m[user.first_name] | default: '' }}{{ user[user.first_name] | default: '' }}|"
    expect(render(source, 'query', given)).toBe('s3cr3t-value|')
  })

  test('the name of a property in a filter is never data', () => {
    for (const name of ['where', 'reject', 'find', 'find_index', 'has', 'group_by']) {
      expect(errorsOf(`{{ user.roles | ${name}: user.id | json }}`)[0]?.code).toBe('SYNTAX')
      expect(errorsOf(`{{ user.roles | ${name}: 'a[b]' | json }}`)[0]?.code).toBe('SYNTAX')
      expect(errorsOf(`{{ user.roles | ${name}: 'a b' | json }}`)[0]?.code).toBe('SYNTAX')
    }
  })
})

describe('only what a template names is in its scope, and no prototype', () => {
  test.each([
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
    'valueOf',
    '__defineGetter__',
    'prototype',
  ])('%s', (name) => {
    const given = { ...values, body: { text: '{"a":{},"l":[1],"s":"x"}' } }
    for (const path of [
      `body.${name}`,
      `body.a.${name}`,
      `body.l.${name}`,
      `body.s.${name}`,
      `body['${name}']`,
      `body.a[body.n].${name}`,
    ]) {
      expect(render(`{{ ${path} | json }}`, 'request_body', given)).toBe('null')
    }
    expect(render(`{{ body.l | map: '${name}' | json }}`, 'request_body', given)).toBe('[null]')
    expect(errorsOf(`{{ user.id | ${name} }}`)[0]?.code).toMatch(/UNKNOWN_FILTER|SYNTAX/)
    expect(render(`{{ pathParams.${name} }}`)).toBe('')
  })

  test('keys of a payload that carry prototype names are its own values, and nothing more', () => {
    const given = { ...values, body: { text: '{"__proto__":{"x":1},"constructor":"c","size":7,"a":1}' } }
    expect(
      render(
        '[{{ body.__proto__.x | json }},{{ body.constructor | json }},{{ body.size | json }},{{ body.x | json }}]',
        'request_body',
        given,
      ),
    ).toBe('[1,"c",7,null]')
  })

  test('the words for nothing are never values that a path could start from', () => {
    for (const source of [
      '{% assign e = empty %}{{ e.constructor }}',
      '{% assign e = nil %}',
      '{{ user.id | default: blank }}',
      '{% for x in empty %}{% endfor %}',
      '{{ user.roles | push: nil }}',
    ]) {
      expect(errorsOf(source)[0]?.code).toBe('SYNTAX')
    }
    expect(
      render("{{ body | where: 'gone', nil | json }}", 'request_body', {
        ...values,
        body: { text: '[{"a":1}]' },
      }),
    ).toBe('[{"a":1}]')
  })
})
