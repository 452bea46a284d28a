import { describe, expect, test } from 'vitest'
import { parseDefinition } from './parse-definition.ts'

const minimal = { name: 'Weather', url: 'https://api.example.com/weather' }

function errorsOf(change: object): string[] {
  return parseDefinition({ ...minimal, ...change }).errors.map((error) => `${error.path} ${error.code}`)
}

test('a minimal definition gets its permalink and every default', () => {
  const { definition, errors, warnings } = parseDefinition(minimal)
  expect(errors).toEqual([])
  expect(warnings).toEqual([])
  expect(definition).toMatchObject({
    permalink: 'weather',
    method: 'GET',
    access: 'authenticated',
    unlisted_parameters: 'reject',
    timeout_ms: 15_000,
    cache: { enabled: true },
    retry: { attempts: 0 },
    authentication: { type: 'none' },
  })
})

test('every error is reported at once, each with its path', () => {
  const errors = errorsOf({
    name: '',
    permalink: 'Not One',
    method: 'FETCH',
    timeout_ms: 1,
    headers: [{ key: 'Host' }, { key: 'a b' }, { value: 'no key' }, { key: 'X-A' }, { key: 'x-a' }],
    path_parameters: [{ key: '1x' }],
    response_schema: {},
  })
  expect(errors.toSorted()).toEqual(
    [
      'name INVALID_VALUE',
      'permalink INVALID_VALUE',
      'method INVALID_VALUE',
      'timeout_ms INVALID_VALUE',
      'headers[2].key REQUIRED',
      'path_parameters[0].key INVALID_VALUE',
      'headers[0].key REFUSED_HEADER',
      'headers[1].key INVALID_VALUE',
      'headers[4].key DUPLICATE_KEY',
    ].toSorted(),
  )
})

test('unknown keys are warnings that name the path and the nearest known key', () => {
  const { definition, errors, warnings } = parseDefinition({
    ...minimal,
    headrs: [],
    headers: [{ key: 'X-A', value: '1', overideable: true }],
    authentication: { type: 'basic', config: { username: 'u', password: 'p', realm: 'x' } },
  })
  expect(errors).toEqual([])
  expect(definition?.headers[0]).toEqual({ key: 'X-A', value: '1', overridable: false, send_empty: false })
  expect(warnings.map(({ path, message }) => [path, message])).toEqual([
    ['headers[0].overideable', 'Unknown key `overideable`: did you mean `overridable`?'],
    ['authentication.config.realm', 'Unknown key `realm`; remove it'],
    ['headrs', 'Unknown key `headrs`: did you mean `headers`?'],
  ])
})

test.each([
  ['pathParams', 'path_parameters'],
  ['path_params', 'path_parameters'],
  ['pathParameters', 'path_parameters'],
  ['queryParams', 'query_parameters'],
  ['responseBody', 'response_body'],
  ['timeout', 'timeout_ms'],
])('`%s` hints at `%s`', (key, known) => {
  const { warnings } = parseDefinition({ ...minimal, [key]: [{ key: 'id' }] })
  expect(warnings).toMatchObject([{ path: key, code: 'UNKNOWN_KEY' }])
  expect(warnings[0]?.message).toContain(`did you mean \`${known}\`?`)
})

test('a path parameter whose key is malformed is told once, not again by what names it', () => {
  const { checkable, errors } = parseDefinition({
    ...minimal,
    url: 'ftp',
    path_parameters: [{ key: 'idea-id' }, { key: 'x' }, {}],
  })
  expect(errors.map(({ path }) => path)).toEqual(['path_parameters[0].key', 'path_parameters[2].key'])
  expect(checkable.path_parameters.map(({ key }) => key)).toEqual(['idea-id', 'x'])
})

describe('authentication', () => {
  const secret = "{{ get_secret('k') }}"
  const jwt = (change: object) => ({
    authentication: { type: 'jwt', config: { private_key: secret, claims: {}, ...change } },
  })
  const bearer = (change: object) => ({
    authentication: {
      type: 'oauth_jwt_bearer',
      config: {
        client_id: 'c',
        private_key: secret,
        token_url: 'https://id.example.com/token',
        audience: 'a',
        ...change,
      },
    },
  })

  test.each(['alg', 'crit', 'b64', 'jku', 'jwk', 'x5u', 'x5c'])('jwt_headers may not set %s', (name) => {
    const refused = [`authentication.config.jwt_headers.${name} RESERVED_KEY`]
    expect(errorsOf(jwt({ jwt_headers: { [name]: 'x' } }))).toEqual(refused)
    expect(errorsOf(bearer({ jwt_headers: { [name]: 'x' } }))).toEqual(refused)
  })

  test.each(['iss', 'sub', 'aud', 'exp', 'iat', 'jti'])('additional_claims may not set %s', (name) => {
    expect(errorsOf(bearer({ additional_claims: { [name]: 'x' } }))).toEqual([
      `authentication.config.additional_claims.${name} RESERVED_KEY`,
    ])
  })

  test('extra parameters may not replace what authenticates', () => {
    expect(errorsOf(bearer({ extra_parameters: { client_secret: 'x', resource: 'y' } }))).toEqual([
      'authentication.config.extra_parameters.client_secret RESERVED_KEY',
    ])
  })

  test('a bearer token reserves Authorization', () => {
    for (const authentication of [jwt({}), bearer({})]) {
      expect(errorsOf({ ...authentication, headers: [{ key: 'authorization', value: 'x' }] })).toEqual([
        'headers[0].key RESERVED_KEY',
      ])
    }
  })

  test('an algorithm outside the list is refused, and the type is asked for by name', () => {
    expect(errorsOf(jwt({ algorithm: 'none' }))).toEqual(['authentication.config.algorithm INVALID_VALUE'])
    const { errors } = parseDefinition({ ...minimal, authentication: { type: 'oauth' } })
    expect(errors[0]?.message).toContain('oauth_client_credentials, jwt, oauth_jwt_bearer')
  })
})

describe('header keys', () => {
  test.each([
    'Host',
    'content-length',
    'Accept-Encoding',
    'EXPECT',
    'Via',
    'Forwarded',
    'X-Forwarded-For',
    'Connection',
    'Keep-Alive',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
    'Proxy-Authorization',
  ])('%s is refused', (key) => {
    expect(errorsOf({ headers: [{ key }] })).toEqual(['headers[0].key REFUSED_HEADER'])
    const authentication = { type: 'api_key', config: { key, value: "{{ get_secret('k') }}", in: 'header' } }
    expect(errorsOf({ authentication })).toEqual(['authentication.config.key REFUSED_HEADER'])
  })

  test.each(['Range', 'If-None-Match'])('%s is refused while answers are cached', (key) => {
    expect(errorsOf({ headers: [{ key }] })).toEqual(['headers[0].key REFUSED_HEADER'])
    expect(errorsOf({ headers: [{ key }], cache: { enabled: false } })).toEqual([])
    expect(errorsOf({ headers: [{ key }], method: 'POST' })).toEqual([])
  })

  test('what the authentication sets is reserved, whatever its case', () => {
    const basic = { type: 'basic', config: { username: 'u', password: '' } }
    expect(errorsOf({ headers: [{ key: 'authorization' }], authentication: basic })).toEqual([
      'headers[0].key RESERVED_KEY',
    ])
    const apiKey = { type: 'apikey', config: { key: 'X-Key', value: 'v' } }
    expect(errorsOf({ headers: [{ key: 'x-KEY' }], authentication: apiKey })).toEqual([
      'headers[0].key RESERVED_KEY',
    ])
  })

  test('an overridable Content-Type beside a body template is refused', () => {
    const change = {
      method: 'POST',
      headers: [{ key: 'Content-Type', overridable: true }],
      request_body: '{}',
    }
    expect(errorsOf(change)).toEqual(['headers[0].overridable INVALID_VALUE'])
  })
})

describe('query keys', () => {
  test('may repeat only where no row of the key is overridable', () => {
    const rows = (overridable: boolean) => [
      { key: 'expand[]', value: 'a' },
      { key: 'expand[]', value: 'b', overridable },
    ]
    expect(errorsOf({ query_parameters: rows(false) })).toEqual([])
    expect(errorsOf({ query_parameters: rows(true) })).toEqual(['query_parameters[1].key DUPLICATE_KEY'])
  })

  test.each([
    ['SCOPE', false],
    ['\u017fcope', false],
    ['scope[]', false],
    ['scope[x]', true],
    ['scopes', true],
  ])(
    'a second row for a key that may be overridden is refused, however it is spelt: scope and %j',
    (key, fine) => {
      const query_parameters = [
        { key: 'scope', value: 'read' },
        { key, overridable: true },
      ]
      expect(errorsOf({ query_parameters })).toEqual(fine ? [] : ['query_parameters[1].key DUPLICATE_KEY'])
    },
  )

  test.each(['api_key', 'API_KEY', 'api_key[]'])('%s is reserved by the credential', (key) => {
    const authentication = { type: 'api_key', config: { key: 'api_key', value: 'v', in: 'query' } }
    expect(errorsOf({ query_parameters: [{ key }], authentication })).toEqual([
      'query_parameters[0].key RESERVED_KEY',
    ])
  })
})

describe('constraints', () => {
  const withConstraints = (constraints: object, overridable = true) => ({
    query_parameters: [{ key: 'q', overridable, constraints }],
  })

  test.each([
    [{ min_length: 3, max_length: 2 }, 'query_parameters[0].constraints.min_length'],
    [{ type: 'integer', minimum: 3, maximum: 2 }, 'query_parameters[0].constraints.minimum'],
    [{ maximum: 2 }, 'query_parameters[0].constraints.maximum'],
  ])('%j is refused', (constraints, path) => {
    expect(errorsOf(withConstraints(constraints))).toEqual([`${path} INVALID_CONSTRAINTS`])
  })

  test.each(['(a+)+\\1', '(?=x)', '('])('the pattern %s is not RE2', (pattern) => {
    expect(errorsOf(withConstraints({ pattern }))).toEqual([
      'query_parameters[0].constraints.pattern INVALID_VALUE',
    ])
  })

  test('on a row that nobody may override they are a mistake', () => {
    expect(errorsOf(withConstraints({ type: 'integer' }, false))).toEqual([
      'query_parameters[0].constraints INVALID_CONSTRAINTS',
    ])
  })
})

test('one malformed field of a row hides no other mistake', () => {
  const rows = [
    { key: 'Host', value: 5 },
    { key: 'a', overridable: true },
    { key: 'A', value: '{{ nope }}', overridable: 'x', constraints: { pattern: '(' } },
  ]
  const { errors, checkable } = parseDefinition({ ...minimal, headers: rows })
  expect(errors.map((error) => `${error.path} ${error.code}`).toSorted()).toEqual([
    'headers[0].key REFUSED_HEADER',
    'headers[0].value INVALID_TYPE',
    'headers[2].constraints.pattern INVALID_VALUE',
    'headers[2].key DUPLICATE_KEY',
    'headers[2].overridable INVALID_TYPE',
  ])
  expect(checkable.headers[2]).toEqual({
    key: 'A',
    value: '{{ nope }}',
    overridable: false,
    send_empty: false,
  })
})

test.each(['text', 'text/', '/csv', 'text/csv\r\nX: 1', 'application/json; x=日'])(
  '%j is no content type',
  (response_content_type) => {
    expect(errorsOf({ response_content_type })).toEqual(['response_content_type INVALID_VALUE'])
  },
)

test.each(['Range', 'If-Match', 'Content-Type'])('a credential cannot stand in %s', (key) => {
  const authentication = { type: 'api_key', config: { key, value: "{{ get_secret('k') }}" } }
  expect(errorsOf({ authentication })).toEqual(['authentication.config.key REFUSED_HEADER'])
})

test('a body template on a method without a body is refused', () => {
  expect(errorsOf({ method: 'GET', request_body: '{}' })).toEqual(['request_body BODY_NOT_ALLOWED'])
})

test('body templates are limited in bytes, not characters', () => {
  expect(errorsOf({ method: 'POST', request_body: 'é'.repeat(32 * 1024) })).toEqual([])
  expect(errorsOf({ method: 'POST', request_body: 'é'.repeat(32 * 1024 + 1) })).toEqual([
    'request_body INVALID_VALUE',
  ])
})

test('a key that has another name now is unknown, and the warning says the name', () => {
  const { definition, warnings } = parseDefinition({
    name: 'A',
    url: 'https://a.example.com/',
    on_echo: 'redact',
  })
  expect(definition?.on_secret_in_response).toBe('fail')
  expect(warnings).toEqual([
    {
      path: 'on_echo',
      code: 'UNKNOWN_KEY',
      message: 'Unknown key `on_echo`: it is now called `on_secret_in_response`',
    },
  ])
})

test('a name that derives to nothing needs a permalink', () => {
  expect(errorsOf({ name: '日本語' })).toEqual(['permalink UNDERIVABLE_PERMALINK'])
  expect(errorsOf({ name: '日本語', permalink: 'nihongo' })).toEqual([])
})

test.each([[undefined], [null], [3], ['x'], [[]], [true]])('%j is no definition', (input) => {
  expect(parseDefinition(input).errors).toMatchObject([{ path: '', code: 'INVALID_TYPE' }])
})

test('prototype names are keys like any other', () => {
  const { warnings, errors } = parseDefinition(
    JSON.parse(
      '{"name":"A","url":"https://a.example.com/","__proto__":{"method":"POST"},"query_parameters":[{"key":"constructor"}]}',
    ),
  )
  expect(errors).toEqual([])
  expect(warnings).toMatchObject([{ path: '__proto__', code: 'UNKNOWN_KEY' }])
})

describe('rate limits', () => {
  const limit = { requests: 5, per_seconds: 60, scope: 'user' }
  const found = (rate_limit: unknown) => {
    const { errors, warnings } = parseDefinition({ ...minimal, rate_limit })
    return [...errors, ...warnings].map(({ path, code }) => `${path} ${code}`)
  }

  test('are one or a list of at most four', () => {
    expect(found(limit)).toEqual([])
    expect(found([limit, { ...limit, scope: 'tenant' }, { ...limit, per_seconds: 1 }])).toEqual([])
    expect(found(Array.from({ length: 5 }, (_, index) => ({ ...limit, per_seconds: index + 1 })))).toEqual([
      'rate_limit TOO_LONG',
    ])
    expect(found([])).toEqual(['rate_limit INVALID_VALUE'])
  })

  test.each([
    [{ ...limit, requests: 0 }, ['rate_limit.requests INVALID_VALUE']],
    [{ per_seconds: 1 }, ['rate_limit.requests REQUIRED']],
    [[limit, { ...limit, per_seconds: 'x' }], ['rate_limit[1].per_seconds INVALID_TYPE']],
    [{ ...limit, scop: 'user' }, ['rate_limit.scop UNKNOWN_KEY']],
    [[{ ...limit, scop: 'user' }], ['rate_limit[0].scop UNKNOWN_KEY']],
    [7, ['rate_limit INVALID_VALUE']],
    [[limit, { ...limit, requests: 9 }], ['rate_limit[1] DUPLICATE_KEY']],
  ])('tell what is wrong at its place: %j', (rate_limit, expected) => {
    expect(found(rate_limit)).toEqual(expected)
  })

  test('`cost` is refused by name', () => {
    const cost = { from: 'usage.total_tokens', max: 4000 }
    expect(errorsOf({ rate_limit: { ...limit, cost } })).toEqual(['rate_limit.cost NOT_SUPPORTED'])
    expect(errorsOf({ rate_limit: [limit, { ...limit, scope: 'tenant', cost }] })).toEqual([
      'rate_limit[1].cost NOT_SUPPORTED',
    ])
  })
})
