import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compiled, values } from './testing/support.ts'
import type { TemplateValues } from './types.ts'

const { secrets: _, ...withoutSecrets } = values

test.each([
  ["Bearer {{ get_secret('key') }} {{ user.id }}", "Bearer {{ get_secret('key') }} u1"],
  ["a {{- get_secret('key') | upcase -}} b", "a{{- get_secret('key') | upcase -}}b"],
  [
    "{{ 'x' | append: get_secret('key') | append: user.id }}|{{ user.id }}",
    "{{ 'x' | append: get_secret('key') | append: user.id }}|u1",
  ],
  ["{{ get_secret('a') }}{{ get_secret('b') }}", "{{ get_secret('a') }}{{ get_secret('b') }}"],
  [
    "{% if user.id == 'u1' %}{{ get_secret('key') }}{% else %}{{ user.email }}{% endif %}",
    "{{ get_secret('key') }}",
  ],
  ['{{ user.id }}', 'u1'],
  ['plain', 'plain'],
  [
    "{{ get_variable('region') | append: now() }}{{ get_secret('key') }}",
    "eu1700000000{{ get_secret('key') }}",
  ],
])('an output that depends on a secret shows its source: %s', (source, expected) => {
  const template = compiled(source, 'auth_header')
  expect(template.renderMasked(withoutSecrets)).toBe(expected)
  expect(template.renderMasked(values)).toBe(expected)
})

test.each([
  "{% if get_secret('key') == 'a' %}yes{% else %}no{% endif %}",
  "{% assign k = get_secret('key') %}{{ k }}",
  "{% capture c %}{{ get_secret('key') }}{% endcapture %}{{ c | size }}",
  "{% echo get_secret('key') %}",
  "{% liquid\n echo get_secret('key')\n%}",
  "{% for c in get_secret('key') %}{{ c }}{% endfor %}",
  "{% for i in (1..3) limit: get_secret('n') %}{{ i }}{% endfor %}",
  "{% cycle get_secret('key') %}",
  "{% case user.id %}{% when get_secret('key') %}a{% endcase %}",
  "{% unless get_secret('key') %}a{% endunless %}{{ get_secret('key') }}",
])('where a secret stands in any other tag, the whole source is shown: %s', (source) => {
  expect(compiled(source, 'auth_header').renderMasked(withoutSecrets)).toBe(source)
})

test('no masked twin depends on the secret, whatever the secret is', () => {
  const sources = [
    "{{ get_secret('key') }}",
    "{{ get_secret('key') | size }}{{ user.id }}",
    "{% if get_secret('key') %}a{% endif %}",
    "{{ user.id | hmac_sha256: get_secret('key') }}",
  ]
  fc.assert(
    fc.property(fc.constantFrom(...sources), fc.string(), (source, secret) => {
      const given: TemplateValues = { ...values, secrets: new Map([['key', secret]]) }
      const template = compiled(source, 'auth_header')
      expect(template.renderMasked(given)).toBe(template.renderMasked(withoutSecrets))
    }),
  )
})

test.each<[string, readonly string[]]>([
  ["Bearer {{ get_secret('key') }} {{ user.id }}", ['SECRET']],
  [
    "t=1,v1={{ 'x' | hmac_sha256: get_secret('key') }}",
    [createHmac('sha256', 'SECRET').update('x').digest('hex')],
  ],
  ["{{ 'p-' | append: get_secret('key') }};{{ get_secret('a') }}", ['p-SECRET', 'A']],
  ["{% assign k = get_secret('key') | prepend: 'x' %}{{ k }}", ['xSECRET']],
  ["{% if get_secret('key') == 'a' %}yes{% else %}no{% endif %}", []],
  ['{{ user.id }} plain', []],
])('each output that depends on a secret is told: %s', (source, expected) => {
  const told: string[] = []
  const template = compiled(source, 'auth_header')
  const secrets = new Map([
    ['key', 'SECRET'],
    ['a', 'A'],
  ])
  const text = template.render({ ...values, secrets }, (output) => told.push(output))
  expect(told).toEqual(expected)
  expect(template.render({ ...values, secrets })).toBe(text)
  template.renderMasked(values)
  expect(told).toEqual(expected)
})
