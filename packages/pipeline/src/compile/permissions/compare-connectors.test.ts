import { parseDefinition } from '@sluice/connector-schema'
import type { PermissionFact } from '@sluice/connector-schema/permissions'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CompiledConnector, compileConnector } from '../compile-connector.ts'
import { compareConnectors } from './compare-connectors.ts'

type Definition = Readonly<Record<string, unknown>>

const base = {
  name: 'Orders',
  url: 'https://api.example.com/orders',
  headers: [{ key: 'Accept', value: 'application/json' }],
  query_parameters: [
    { key: 'limit', value: '20', overridable: true, constraints: { type: 'integer', maximum: 100 } },
  ],
}

function compiled(definition: Definition): CompiledConnector {
  const parsed = parseDefinition({ name: 'Orders', url: 'https://api.example.com/orders', ...definition })
  expect(parsed.errors).toEqual([])
  if (parsed.definition === undefined) throw new Error('the definition must be valid')
  const { connector, errors } = compileConnector(parsed.definition, { tenantId: 't' })
  expect(errors).toEqual([])
  if (connector === undefined) throw new Error('the definition must compile')
  return connector
}

const factsOf = (before: Definition, after: Definition): readonly PermissionFact[] =>
  compareConnectors([compiled(before)], [compiled(after)])

const told = (before: Definition, after: Definition): readonly string[] =>
  factsOf(before, after).map(({ code, direction }) => `${direction} ${code}`)

/** What it is, its code, and the definition before and after. */
type Case = readonly [what: string, code: string, before: Definition, after: Definition]

const cases = (list: readonly Case[]) =>
  list.map(([what, code, before, after]) => ({ what, code, before, after }))

describe('every widening that the specification names is told as wider, and as narrower the other way', () => {
  const apiKey = (value: string, more = {}) => ({
    authentication: { type: 'api_key', config: { key: 'X-Key', value, ...more } },
  })
  const oauth = (more: object) => ({
    authentication: {
      type: 'oauth_client_credentials',
      config: {
        client_id: 'c',
        client_secret: "{{ get_secret('s') }}",
        token_url: 'https://id.example.com/token',
        ...more,
      },
    },
  })
  const row = (more: object) => ({ query_parameters: [{ key: 'q', value: '', overridable: true, ...more }] })
  const limited = (constraints: object) => row({ constraints })
  const path = (more: object) => ({
    url: 'https://api.example.com/orders/{{ pathParams.id }}',
    path_parameters: [{ key: 'id', ...more }],
  })

  test.each(
    cases([
      ['anyone may call', 'CALLERS', {}, { access: 'anonymous' }],
      ['every user may call', 'CALLERS', { roles: ['editor'] }, {}],
      ['one more role may call', 'CALLERS', { roles: ['editor'] }, { roles: ['editor', 'viewer'] }],
      ['a query parameter', 'QUERY_OVERRIDE', row({ overridable: false }), row({})],
      ['a header', 'HEADER_OVERRIDE', {}, { headers: [{ key: 'X-A', value: '', overridable: true }] }],
      [
        'a greater maximum',
        'QUERY_VALUES',
        limited({ type: 'integer', maximum: 10 }),
        limited({ type: 'integer', maximum: 11 }),
      ],
      [
        'a lower minimum',
        'QUERY_VALUES',
        limited({ type: 'integer', minimum: 2 }),
        limited({ type: 'integer', minimum: 1 }),
      ],
      ['no constraints', 'QUERY_VALUES', limited({ enum: ['a'] }), row({})],
      ['another word', 'QUERY_VALUES', limited({ enum: ['a'] }), limited({ enum: ['a', 'b'] })],
      ['no pattern', 'QUERY_VALUES', limited({ pattern: 'a+', max_length: 9 }), limited({ max_length: 9 })],
      ['longer text', 'QUERY_VALUES', limited({ max_length: 9 }), limited({ max_length: 10 })],
      ['shorter text', 'QUERY_VALUES', limited({ min_length: 2 }), limited({ min_length: 1 })],
      ['several values', 'QUERY_VALUES', limited({}), limited({ multiple: true })],
      ['another type', 'QUERY_VALUES', limited({ type: 'integer' }), limited({ type: 'number' })],
      ['any role for a row', 'QUERY_VALUES', limited({ roles: ['a'] }), limited({})],
      ['unlisted parameters', 'UNLISTED_PARAMETERS', {}, { unlisted_parameters: 'allow' }],
      ['a path format', 'PATH_VALUES', path({}), path({ format: 'path' })],
      ['a path parameter', 'PATH_OVERRIDE', path({ value: 'a', overridable: false }), path({ value: 'a' })],
      ['a path default', 'PATH_OPTIONAL', path({}), path({ value: 'a' })],
      ['a payload', 'PAYLOAD', {}, { method: 'POST' }],
      ['an empty value', 'SEND_EMPTY', row({}), row({ send_empty: true })],
      ['a redirect host', 'REDIRECT_HOST', {}, { redirect_hosts: ['files.example.com'] }],
      [
        'a secret',
        'SECRET',
        apiKey("{{ get_secret('a') }}"),
        apiKey("{{ get_secret('a') }}{{ get_secret('b') }}"),
      ],
      ['a scope', 'SCOPE', oauth({ scope: 'read' }), oauth({ scope: 'read write' })],
      ['a session value', 'SESSION_VALUE', {}, { headers: [{ key: 'X-U', value: '{{ user.id }}' }] }],
      ['the whole response', 'RESPONSE', { response_body: '{ "a": {{ response.json.a }} }' }, {}],
      [
        'a field of the response',
        'RESPONSE',
        { response_body: '[{% for i in response.json %}{{ i.a }}{% endfor %}]' },
        { response_body: '[{% for i in response.json %}{{ i.a }}, {{ i.b }}{% endfor %}]' },
      ],
      [
        'an embedded-language filter that is gone',
        'UNQUOTED_VALUE',
        row({ value: 'Name = {{ user.first_name | soql }}', overridable: false }),
        row({ value: 'Name = {{ user.first_name }}', overridable: false }),
      ],
      [
        'raw',
        'RAW_OUTPUT',
        { method: 'POST', request_body: '{ "a": {{ body.a }} }' },
        { method: 'POST', request_body: '{ "a": {{ body.a | raw }} }' },
      ],
      [
        'a caller’s value in another field',
        'VALUE',
        path({ value: 'x' }),
        { ...path({ value: 'x' }), headers: [{ key: 'X-A', value: '{{ pathParams.id }}' }] },
      ],
      ['a 303', 'FOLLOW_303', { method: 'POST' }, { method: 'POST', follow_303: true }],
      ['redaction', 'REDACTED_RESPONSE', {}, { on_secret_in_response: 'redact' }],
      ['a shared response', 'SHARED_RESPONSE', { headers: [{ key: 'X-U', value: '{{ user.id }}' }] }, {}],
      ['a stored response', 'SHARED_RESPONSE', { cache: { enabled: false } }, {}],
      ['a longer lifetime', 'STORED_SECONDS', { cache: { ttl_seconds: 1 } }, { cache: { ttl_seconds: 2 } }],
      ['a stale window', 'STORED_SECONDS', {}, { cache: { stale_if_error_seconds: 2 } }],
      ['an invalidation', 'INVALIDATES', {}, { cache: { invalidates: ['a'] } }],
      ['a retry', 'RETRY', {}, { retry: { attempts: 1 } }],
      ['no rate limit', 'CALL_RATE', { rate_limit: { requests: 1, per_seconds: 1 } }, {}],
      [
        'a higher rate',
        'CALL_RATE',
        { rate_limit: { requests: 1, per_seconds: 2 } },
        { rate_limit: { requests: 2, per_seconds: 2 } },
      ],
      ['a longer time', 'TIMEOUT', {}, { timeout_ms: 20_000 }],
    ]),
  )('$what', ({ code, before: narrow, after: wide }) => {
    expect(told(narrow, wide)).toContain(`wider ${code}`)
    expect(told(wide, narrow)).toContain(`narrower ${code}`)
  })

  test.each(
    cases([
      ['a host', 'DESTINATION', {}, { url: 'https://api2.example.com/orders' }],
      ['a pattern', 'QUERY_VALUES', limited({ pattern: 'a+' }), limited({ pattern: 'b+' })],
      ['a token endpoint', 'DESTINATION', oauth({}), oauth({ token_url: 'https://id2.example.com/token' })],
      [
        'a rate of another window',
        'CALL_RATE',
        { rate_limit: { requests: 10, per_seconds: 1 } },
        { rate_limit: { requests: 20, per_seconds: 60 } },
      ],
    ]),
  )('$what that can be compared neither way is both', ({ code, before, after }) => {
    expect(told(before, after)).toEqual(expect.arrayContaining([`wider ${code}`, `narrower ${code}`]))
  })

  test.each(
    cases([
      ['a method', 'METHOD', {}, { method: 'HEAD' }],
      ['a path', 'PATH', {}, { url: 'https://api.example.com/orders/all' }],
      ['a value', 'REQUEST_VALUE', {}, { headers: [{ key: 'X-A', value: 'a' }] }],
      ['a body', 'REQUEST_VALUE', { method: 'POST' }, { method: 'POST', request_body: '{}' }],
      ['a response template', 'RESPONSE_TEMPLATE', {}, { response_body: '{}' }],
      ['an audience', 'IDENTITY', oauth({}), oauth({ audience: 'a' })],
      [
        'a client authentication',
        'AUTHENTICATION',
        oauth({}),
        oauth({ client_authentication: 'client_secret_basic' }),
      ],
    ]),
  )('$what is at least told', ({ code, before, after }) => {
    expect(told(before, after)).toContain(`other ${code}`)
  })
})

describe('a change of the connectors', () => {
  test('that adds or removes one is one fact', () => {
    const one = compiled(base)
    expect(compareConnectors([], [one])).toMatchObject([{ code: 'CONNECTOR', direction: 'wider' }])
    expect(compareConnectors([one], [])).toMatchObject([
      { code: 'CONNECTOR', direction: 'narrower', breaks_callers: true },
    ])
  })

  test('tells which facts break callers', () => {
    const breaks = (before: Definition, after: Definition) =>
      factsOf(before, after).some(({ breaks_callers }) => breaks_callers)
    expect(breaks({}, { roles: ['editor'] })).toBe(true)
    expect(breaks({ roles: ['editor'] }, {})).toBe(false)
    expect(breaks({}, { method: 'HEAD' })).toBe(true)
    expect(breaks({}, { timeout_ms: 100 })).toBe(false)
  })

  test('names amounts', () => {
    const [fact] = factsOf({ cache: { ttl_seconds: 60 } }, { cache: { ttl_seconds: 300 } })
    expect(fact?.message).toBe('A stored response is given for longer: `ttl_seconds` (was 60 s, is 300 s).')
  })
})

const word = fc.constantFrom('a', 'b', 'c')
const words = fc.uniqueArray(word, { maxLength: 3 })
const constraints = fc.record(
  {
    type: fc.constantFrom('string', 'integer', 'number', 'boolean'),
    enum: fc.uniqueArray(word, { minLength: 1, maxLength: 3 }),
    pattern: fc.constantFrom('a+', 'b*'),
    min_length: fc.nat(3),
    max_length: fc.integer({ min: 3, max: 6 }),
    multiple: fc.boolean(),
    roles: words,
  },
  { requiredKeys: [] },
)
const rows = fc
  .uniqueArray(
    fc.record({
      key: fc.constantFrom('x-a', 'x-b', 'x-c'),
      value: fc.constantFrom('', 'text', "{{ get_variable('v') }}"),
      overridable: fc.boolean(),
      send_empty: fc.boolean(),
      constraints,
    }),
    { selector: ({ key }) => key, maxLength: 3 },
  )
  .map((all) =>
    all.map(({ constraints: rules, ...row }) => (row.overridable ? { ...row, constraints: rules } : row)),
  )
const secret = "{{ get_secret('s') }}"

/** Every field of a definition, each with all its kinds of values. */
const fields = {
  url: fc.constantFrom(
    'https://a.example/x',
    'https://b.example/x',
    'https://a.example/y?z=1',
    "https://{{ get_variable('h') }}/x",
  ),
  method: fc.constantFrom('GET', 'HEAD', 'POST'),
  headers: rows,
  query_parameters: rows,
  authentication: fc.constantFrom(
    { type: 'none' },
    { type: 'api_key', config: { key: 'X-Key', value: secret } },
    { type: 'apikey', config: { key: 'X-Key', value: secret } },
    { type: 'basic', config: { username: 'u', password: secret } },
    {
      type: 'oauth_client_credentials',
      config: { client_id: 'c', client_secret: secret, token_url: 'https://id.example/t', scope: 'a b' },
    },
    { type: 'jwt', config: { private_key: secret, claims: { sub: 'a' } } },
  ),
  response_body: fc.constantFrom('', '{}', '{ "a": {{ response.json.a }} }'),
  response_content_type: fc.constantFrom('', 'application/json'),
  access: fc.constantFrom('authenticated', 'anonymous'),
  roles: words,
  unlisted_parameters: fc.constantFrom('reject', 'allow'),
  cache: fc.record(
    {
      enabled: fc.boolean(),
      ttl_seconds: fc.nat(3),
      stale_while_revalidate_seconds: fc.nat(3),
      stale_if_error_seconds: fc.nat(3),
      invalidates: words,
    },
    { requiredKeys: [] },
  ),
  timeout_ms: fc.constantFrom(100, 200),
  retry: fc.record({ attempts: fc.nat(2) }),
  rate_limit: fc.record({
    requests: fc.integer({ min: 1, max: 3 }),
    per_seconds: fc.integer({ min: 1, max: 3 }),
    scope: fc.constantFrom('user', 'tenant', 'connector'),
  }),
  redirect_hosts: fc.uniqueArray(fc.constantFrom('a.example', 'b.example')),
  on_secret_in_response: fc.constantFrom('fail', 'redact'),
  follow_303: fc.boolean(),
}
const definitions = fc.record(fields, { requiredKeys: ['url'] })

describe('properties', () => {
  test('equal meaning gives no fact: the order of keys, rows, roles and hosts, and defaults that are written out', () => {
    fc.assert(
      fc.property(definitions, (definition) => {
        const reversed = Object.fromEntries(
          Object.entries(definition)
            .map(([key, value]) => [key, Array.isArray(value) ? value.toReversed() : value])
            .toReversed(),
        )
        const { definition: complete } = parseDefinition({ name: 'Orders', ...definition })
        expect(factsOf(definition, reversed)).toEqual([])
        expect(factsOf(definition, { ...complete })).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  test('a change of any one field is told, unless it means the same', () => {
    const change = fc.constantFrom(...Object.keys(fields)).chain((field) =>
      fc.record({
        definition: definitions,
        field: fc.constant(field),
        value: (fields as Readonly<Record<string, fc.Arbitrary<unknown>>>)[field] ?? fc.constant(undefined),
      }),
    )
    fc.assert(
      fc.property(change, ({ definition, field, value }) => {
        const facts = factsOf(definition, { ...definition, [field]: value })
        expect(facts.filter(({ code }) => code === 'UNEXPLAINED')).toEqual([])
      }),
      { numRuns: 600 },
    )
  })

  test('what is wider one way is narrower the other', () => {
    const key = ({ code, path }: PermissionFact) => `${code} ${path}`
    const of = (facts: readonly PermissionFact[], direction: string) =>
      facts
        .filter((fact) => fact.direction === direction)
        .map(key)
        .sort()
    fc.assert(
      fc.property(definitions, definitions, (one, other) => {
        const [there, back] = [factsOf(one, other), factsOf(other, one)]
        expect(of(there, 'wider')).toEqual(of(back, 'narrower'))
        expect(of(there, 'narrower')).toEqual(of(back, 'wider'))
        expect(of(there, 'other')).toEqual(of(back, 'other'))
      }),
      { numRuns: 300 },
    )
  })
})
