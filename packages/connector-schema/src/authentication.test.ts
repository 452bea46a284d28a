import { describe, expect, test } from 'vitest'
import { parseDefinition } from './parse-definition.ts'

const parse = (type: string, config: object) =>
  parseDefinition({ name: 'A', url: 'https://a.example.com/', authentication: { type, config } })

const issuesOf = (type: string, config: object) => {
  const { errors, warnings } = parse(type, config)
  return [...errors, ...warnings].map(
    ({ path, message }) => `${path.replace('authentication.config.', '')}: ${message}`,
  )
}

const token_url = 'https://id.example.com/token'
const secret = "{{ get_secret('s') }}"
const credentials = { client_id: 'c', token_url }
const bearerGrant = { ...credentials, private_key: secret, audience: 'a' }

describe('client_authentication says which fields it needs, and which have no use', () => {
  test.each<[string, readonly [type: string, config: object], readonly string[]]>([
    ['a public client', ['oauth_client_credentials', credentials], []],
    ['a secret', ['oauth_client_credentials', { ...credentials, client_secret: secret }], []],
    [
      'Basic without a secret',
      ['oauth_client_credentials', { ...credentials, client_authentication: 'client_secret_basic' }],
      ['client_secret: `client_secret_basic` sends `client_secret`; add it'],
    ],
    [
      'raw Basic without a secret',
      ['oauth_jwt_bearer', { ...bearerGrant, client_authentication: 'client_secret_basic_raw' }],
      ['client_secret: `client_secret_basic_raw` sends `client_secret`; add it'],
    ],
    [
      'private_key_jwt',
      [
        'oauth_client_credentials',
        {
          ...credentials,
          client_authentication: 'private_key_jwt',
          private_key: secret,
          algorithm: 'PS256',
          key_id: 'k',
        },
      ],
      [],
    ],
    [
      'private_key_jwt for an assertion',
      ['oauth_jwt_bearer', { ...bearerGrant, client_authentication: 'private_key_jwt', key_id: 'k' }],
      [],
    ],
    [
      'private_key_jwt without a key and with a secret',
      [
        'oauth_client_credentials',
        { ...credentials, client_authentication: 'private_key_jwt', client_secret: secret },
      ],
      [
        'private_key: `private_key_jwt` signs with `private_key`; add it',
        'client_secret: `private_key_jwt` shows who the client is by `private_key`; remove `client_secret`',
      ],
    ],
    [
      'private_key_jwt with a shared secret',
      ['oauth_jwt_bearer', { ...bearerGrant, client_authentication: 'private_key_jwt', algorithm: 'HS256' }],
      ['algorithm: `private_key_jwt` signs with a key pair; choose an algorithm of RS, PS, ES or EdDSA'],
    ],
    [
      'a key that nothing signs with',
      ['oauth_client_credentials', { ...credentials, client_secret: secret, private_key: secret }],
      [
        'private_key: `private_key` belongs to `client_authentication` `private_key_jwt`; choose that, or remove it',
      ],
    ],
    [
      'a key id that nothing bears',
      ['oauth_jwt_bearer', { ...bearerGrant, key_id: 'k' }],
      [
        'key_id: `key_id` belongs to `client_authentication` `private_key_jwt`; choose that, or remove it (the assertion that is exchanged gets its `kid` from `jwt_headers`)',
      ],
    ],
  ])('%s', (_, [type, config], issues) => {
    expect(issuesOf(type, config)).toEqual(issues)
  })
})

describe('a key of another type is named as that', () => {
  test.each<readonly [string, object, readonly [key: string, message: string]]>([
    [
      'basic',
      { username: 'u', password: secret },
      ['token', '`token` belongs to type `bearer`; remove it, or choose that'],
    ],
    [
      'bearer',
      { token: secret },
      ['username', '`username` belongs to type `basic`; remove it, or choose that'],
    ],
    [
      'bearer',
      { token: secret },
      ['value', '`value` belongs to type `api_key` or type `apikey`; remove it, or choose that'],
    ],
    ['bearer', { token: secret }, ['tokens', 'Unknown key `tokens`: did you mean `token`?']],
    // A key of another type is no suggestion here.
    ['bearer', { token: secret }, ['passwort', 'Unknown key `passwort`; remove it']],
    [
      'jwt',
      { private_key: secret, claims: {} },
      [
        'audience',
        '`audience` belongs to type `oauth_client_credentials` or type `oauth_jwt_bearer`; remove it, or choose that',
      ],
    ],
    [
      'oauth_client_credentials',
      credentials,
      ['subject', '`subject` belongs to type `oauth_jwt_bearer`; remove it, or choose that'],
    ],
    ['none', {}, ['constructor', 'Unknown key `constructor`; remove it']],
  ])('in %s', (type, config, [key, message]) => {
    const { errors, warnings } = parse(type, { ...config, [key]: 'x' })
    expect(errors).toEqual([])
    expect(warnings).toEqual([{ path: `authentication.config.${key}`, code: 'UNKNOWN_KEY', message }])
  })

  test('so that a missing key is explained', () => {
    const { errors, warnings } = parse('bearer', { value: secret })
    expect(errors).toMatchObject([{ path: 'authentication.config.token', code: 'REQUIRED' }])
    expect(warnings).toMatchObject([{ path: 'authentication.config.value' }])
  })
})

test('a static token has the header `Authorization` for itself', () => {
  const { errors } = parseDefinition({
    name: 'A',
    url: 'https://a.example.com/',
    headers: [{ key: 'authorization', value: 'x' }],
    authentication: { type: 'bearer', config: { token: secret } },
  })
  expect(errors).toMatchObject([{ path: 'headers[0].key', code: 'RESERVED_KEY' }])
})

test.each(['alg', 'crit', 'b64', 'jku', 'jwk', 'x5u', 'x5c'])(
  'no type may set the JOSE header %s',
  (name) => {
    const jwt_headers = { [name]: 'x' }
    for (const [type, config] of [
      ['jwt', { private_key: secret, claims: {}, jwt_headers }],
      ['oauth_jwt_bearer', { ...bearerGrant, jwt_headers }],
    ] as const) {
      expect(parse(type, config).errors).toMatchObject([
        { path: `authentication.config.jwt_headers.${name}`, code: 'RESERVED_KEY' },
      ])
    }
  },
)

test.each(['iss', 'sub', 'aud', 'exp', 'iat', 'jti'])('an assertion sets its claim %s itself', (name) => {
  const { errors } = parse('oauth_jwt_bearer', { ...bearerGrant, additional_claims: { [name]: 'x' } })
  expect(errors).toMatchObject([
    { path: `authentication.config.additional_claims.${name}`, code: 'RESERVED_KEY' },
  ])
})
