import { parseDefinition } from '@sluice/connector-schema'
import { describe, expect, test } from 'vitest'
import { connector } from '../testing/plain-ports.ts'
import { compileConnector } from './compile-connector.ts'

function issuesOf(change: object) {
  const { checkable } = parseDefinition({ name: 'Test', url: 'https://api.example.com/', ...change })
  const { errors } = compileConnector(checkable, { tenantId: 'acme' })
  return errors.map((error) => `${error.path} ${error.code}`)
}

describe('identity cannot be replaced', () => {
  test.each(['{{ user.email }}', '{{ tenant_id }}', "{{ get_secret('k') }}"])(
    'an overridable %s',
    (value) => {
      expect(issuesOf({ headers: [{ key: 'X-A', value, overridable: true }] })).toEqual([
        'headers[0].value OVERRIDABLE_IDENTITY',
      ])
      expect(issuesOf({ query_parameters: [{ key: 'a', value, overridable: true }] })).toEqual([
        'query_parameters[0].value OVERRIDABLE_IDENTITY',
      ])
    },
  )
})

describe('credentials do not stand in definitions', () => {
  const apiKey = (value: string) => ({ authentication: { type: 'api_key', config: { key: 'X-K', value } } })
  const basic = (username: string, password: string) => ({
    authentication: { type: 'basic', config: { username, password } },
  })
  const secret = "{{ get_secret('k') }}"

  test('as an API key or a password', () => {
    expect(issuesOf(apiKey('sk-live-1'))).toEqual(['authentication.config.value LITERAL_CREDENTIAL'])
    expect(issuesOf(apiKey("{{ 'sk-live-1' }}"))).toEqual(['authentication.config.value LITERAL_CREDENTIAL'])
    expect(issuesOf(apiKey(`Bearer ${secret}`))).toEqual([])
    expect(issuesOf(basic('me', 'hunter2'))).toEqual(['authentication.config.password LITERAL_CREDENTIAL'])
    expect(issuesOf(basic('me', secret))).toEqual([])
  })

  test('but a password may be empty or literal where the user name is the secret', () => {
    expect(issuesOf(basic(secret, ''))).toEqual([])
    expect(issuesOf(basic(secret, 'X'))).toEqual([])
  })
})

test('a literal token URL is checked when saved, as the URL is', () => {
  const config = { client_id: 'c', token_url: 'http://10.0.0.1/token' }
  const authentication = { type: 'oauth_client_credentials', config }
  const { checkable } = parseDefinition({ name: 'Test', url: 'https://api.example.com/', authentication })
  const seen: string[] = []
  const { errors } = compileConnector(checkable, {
    tenantId: 'acme',
    checkDestination: ({ scheme, host }) => {
      seen.push(`${scheme} ${host}`)
      return scheme === 'http' ? 'not this one' : undefined
    },
  })
  expect(seen).toEqual(['https api.example.com', 'http 10.0.0.1'])
  expect(errors).toEqual([
    { path: 'authentication.config.token_url', code: 'DESTINATION_NOT_ALLOWED', message: 'not this one' },
  ])
})

describe('reserved query keys', () => {
  test.each(['v', 'V', 'v[]'])('%s stands in the URL already', (key) => {
    expect(issuesOf({ url: 'https://api.example.com/?v=1', query_parameters: [{ key }] })).toEqual([
      'query_parameters[0].key RESERVED_KEY',
    ])
  })

  test('the credential’s key may not stand in the URL', () => {
    const config = { key: 'Key', value: "{{ get_secret('k') }}", in: 'query' }
    const change = { url: 'https://api.example.com/?key=1', authentication: { type: 'api_key', config } }
    expect(issuesOf(change)).toEqual(['authentication.config.key RESERVED_KEY'])
  })
})

test('a literal destination is checked when saved', () => {
  const { checkable } = parseDefinition({ name: 'Test', url: 'https://localhost/' })
  const checkDestination = ({ host }: { host: string }) =>
    host === 'localhost' ? 'not that host' : undefined
  const { errors } = compileConnector(checkable, { tenantId: 'acme', checkDestination })
  expect(errors).toEqual([{ path: 'url', code: 'DESTINATION_NOT_ALLOWED', message: 'not that host' }])
})

test('a body template is compiled for its content type', () => {
  const post = (contentType: string, request_body: string) =>
    issuesOf({ method: 'POST', headers: [{ key: 'content-type', value: contentType }], request_body })
  expect(post('application/xml', '<a>{{ body.x }}</a>')).toEqual([])
  expect(post('application/xml', '<a b={{ body.x }}/>')).toEqual(['request_body INVALID_MARKUP_TEMPLATE'])
  expect(post('application/x-www-form-urlencoded', 'a={{ body.x }}')).toEqual([])
  expect(post('application/json', 'a={{ body.x }}')).toEqual(['request_body INVALID_JSON_TEMPLATE'])
  expect(post('text/plain', 'a={{ body.x }}')).toEqual(['request_body UNENCODED_OUTPUT'])
  expect(post("application/{{ get_variable('x') }}", '{}')).toEqual(['headers[0].value INVALID_VALUE'])
  expect(issuesOf({ response_body: '{}', response_content_type: 'text/html; charset=utf-7' })).toEqual([
    'response_content_type INVALID_VALUE',
  ])
  expect(issuesOf({ response_body: '{}', response_content_type: 'application/problem+json' })).toEqual([])
})

test('the template errors of every field are reported at once, with line and column', () => {
  const issues = issuesOf({
    url: 'https://api.example.com/{{ pathParams.nope }}',
    headers: [
      { key: 'X-A', value: '{{ nope }}' },
      { key: 'X-B', value: '{{ user.id' },
    ],
    response_body: "{{ get_secret('k') | json }}",
  })
  expect(issues.map((issue) => issue.split(' ')[0])).toEqual([
    'url',
    'headers[0].value',
    'headers[1].value',
    'response_body',
  ])
})

describe('path parameters', () => {
  const path_parameters = [{ key: 'id', format: 'path' }]
  const secret = "{{ get_secret('k') }}"

  test.each([
    { url: 'https://api.example.com/{{ pathParams.id }}' },
    { url: 'https://api.example.com/?a={{ pathParams.id }}' },
    { headers: [{ key: 'X-Id', value: '{{ pathParams.id }}' }] },
    { query_parameters: [{ key: 'id', value: '{% if pathParams.id == "x" %}1{% endif %}' }] },
    { method: 'POST', request_body: '{"id": {{ pathParams.id }}}' },
    { response_body: '{"id": "{{ pathParams.id }}"}' },
    {
      authentication: { type: 'api_key', config: { key: 'X-K', value: `${secret}{{ pathParams.id }}` } },
    },
    {
      authentication: {
        type: 'jwt',
        config: { algorithm: 'HS256', private_key: secret, claims: { a: ['{{ pathParams.id }}'] } },
      },
    },
  ])('count as used in any template: %j', (change) => {
    expect(issuesOf({ ...change, path_parameters })).toEqual([])
    expect(issuesOf(change).map((issue) => issue.split(' ')[1])).toEqual(['UNKNOWN_PATH_PARAMETER'])
  })

  test('one that no template uses is an error at its row', () => {
    const used = { url: 'https://api.example.com/{{ pathParams.a }}' }
    expect(issuesOf({ ...used, path_parameters: [{ key: 'a' }, { key: 'b' }] })).toEqual([
      'path_parameters[1].key UNUSED_PATH_PARAMETER',
    ])
  })

  test('nothing is said of their use where a template could not be read', () => {
    expect(
      issuesOf({ headers: [{ key: 'X-A', value: '{{ pathParams.a' }], path_parameters: [{ key: 'a' }] }),
    ).toEqual(['headers[0].value SYNTAX'])
  })
})

test('a definition in Jinja2 gets one error of its language, and all that are not', () => {
  const issues = issuesOf({
    url: 'https://api.example.com/a{{ x }}#b',
    headers: [
      { key: 'X-A', value: '{% set x = 1 %}{{ x }}' },
      { key: 'X-B', value: '{{ x | upper }}' },
      { key: 'X-C', value: "{{ 'a' if x else 'b' }}" },
    ],
    response_body: "{{ get_secret('k') | json }}",
  })
  expect(issues).toEqual([
    'url INVALID_URL',
    'headers[0].value JINJA_TEMPLATE',
    'response_body NOT_ALLOWED_HERE',
  ])
})

test('a user is needed unless every use in every template has its default directly', () => {
  const needs = (change: object) => {
    const { needsUser, user, sessionValues } = connector(change).dependencies
    return { needsUser, user, sessionValues }
  }
  const optional = { query_parameters: [{ key: 'owner', value: "{{ user.email | default: '' }}" }] }
  const sessionValues = ['user.email']
  expect(needs(optional)).toEqual({ needsUser: false, user: true, sessionValues })
  expect(needs({ ...optional, headers: [{ key: 'X-A', value: '{{ user.email }}' }] })).toEqual({
    needsUser: true,
    user: true,
    sessionValues,
  })
})

test('the same definition is the same revision, a changed one another', () => {
  expect(connector().revision).toBe(connector().revision)
  expect(connector({ description: 'new' }).revision).not.toBe(connector().revision)
})

test.each([
  [{ access: 'anonymous' }, ['ANONYMOUS_WITHOUT_LIMIT']],
  [{ access: 'anonymous', rate_limit: { requests: 5, per_seconds: 1 } }, []],
  [{ access: 'anonymous', roles: ['editor'] }, []],
  [{ access: 'anonymous', url: 'https://api.example.com/{{ user.id }}' }, []],
  [{}, []],
])('a connector that anybody may call, and as often as they like, is warned of: %j', (change, codes) => {
  const { definition } = parseDefinition({ name: 'Test', url: 'https://api.example.com/items', ...change })
  if (definition === undefined) throw new Error('the definition must be valid')
  const { warnings } = compileConnector(definition, { tenantId: 'acme' })
  expect(warnings.map(({ code }) => code)).toEqual(codes)
})
