import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compiled, values } from './testing/support.ts'
import type { TemplateValues } from './types.ts'

const { secrets: _, ...withoutSecrets } = values

test.each([
  ["Bearer {{ get_secret('key') }} {{ user.id }}", "Bearer {{ get_secret('key') }} u1"],
  ["a {{- get_secret('key') | strip -}} b", "a{{- get_secret('key') | strip -}}b"],
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
  ["{% assign k = get_secret('key') %}a{{ k }}b{{ user.id }}", 'a{{ k }}bu1'],
  [
    "{% capture c %}{{ user.id }}:{{ get_secret('key') }}{% endcapture %}{{ c | base64_encode }} {{ tenant_id }}",
    '{{ c | base64_encode }} t1',
  ],
  ["{% echo get_secret('key') %}-{{ user.id }}", "{% echo get_secret('key') %}-u1"],
  ["{% liquid\n echo get_secret('key')\n echo user.id\n%}", "echo get_secret('key')u1"],
  ["{% assign c = get_secret('json') | from_json %}{{ c.id }}{% if user.id %}!{% endif %}", '{{ c.id }}!'],
  ["{% assign a = get_secret('key') %}{% assign b = a | append: user.id %}{{ b }}{{ user.id }}", '{{ b }}u1'],
  ["{% if user.id == 'u1' %}{% assign k = get_secret('key') %}{% endif %}{{ k }}", '{{ k }}'],
])('also where a name, a capture or another tag brings the secret: %s', (source, expected) => {
  const template = compiled(source, 'auth_header')
  expect(template.renderMasked(withoutSecrets)).toBe(expected)
  expect(template.renderMasked(values)).toBe(expected)
})

test('no masked twin depends on the secret, whatever the secret is', () => {
  const sources = [
    "{{ get_secret('key') }}",
    "{{ get_secret('key') | base64_encode }}{{ user.id }}",
    "{% assign k = get_secret('key') %}{{ k }}{% if user.id %}a{% endif %}",
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
  [
    "{% capture c %}p-{{ get_secret('key') }}{% endcapture %}{{ c | base64_encode }}{{ user.id }}",
    ['SECRET', Buffer.from('p-SECRET').toString('base64')],
  ],
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
