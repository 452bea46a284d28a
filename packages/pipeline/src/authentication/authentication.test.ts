import { describe, expect, test } from 'vitest'
import { runExchange } from '../run.ts'
import { callOf, connector, plainPorts } from '../testing/plain-ports.ts'

const get = (name: string) => `{{ get_secret('${name}') }}`
const secrets = { token: 'static-token-0123456789', user: 'sk-user-0123456789', key: 'x'.repeat(64) }

async function run(authentication: object) {
  const { ports, seen } = plainPorts(undefined, { secrets })
  const outcome = await runExchange(callOf(connector({ authentication })), ports)
  return { outcome, authorization: seen[0]?.headers.authorization }
}

test('a static token is sent as it is', async () => {
  const { authorization } = await run({ type: 'bearer', config: { token: get('token') } })
  expect(authorization).toBe(`Bearer ${secrets.token}`)
})

test.each(['', 'X', 'unused'])(
  'the password %j is a literal where the user name is the secret',
  async (password) => {
    const { authorization } = await run({ type: 'basic', config: { username: get('user'), password } })
    expect(authorization).toBe(`Basic ${Buffer.from(`${secrets.user}:${password}`).toString('base64')}`)
  },
)

describe('no caller chooses who is asking', () => {
  const path = '{{ pathParams.who }}'
  const ways: readonly (readonly [string, string])[] = [
    ['as it is', path],
    ['with text around it', `user-${path}`],
    ['through a filter', '{{ pathParams.who | upcase }}'],
    ['through assign', '{% assign x = pathParams.who %}{{ x }}'],
    ['through capture', '{% capture x %}{{ pathParams.who }}{% endcapture %}{{ x | strip }}'],
    ['as an argument', "{{ 'user-' | append: pathParams.who }}"],
    ['as a default', '{{ user.email | default: pathParams.who }}'],
    ['by deciding', "{% if pathParams.who == 'a' %}admin{% endif %}"],
    ['where nothing is printed', '{% if false %}{{ pathParams.who }}{% endif %}admin'],
  ]
  const token = { client_id: 'c', token_url: 'https://id.example.com/token' }
  const clientCredentials = (change: object) => ({
    type: 'oauth_client_credentials',
    config: { ...token, client_secret: get('key'), ...change },
  })
  const jwtBearer = (change: object) => ({
    type: 'oauth_jwt_bearer',
    config: { ...token, private_key: get('key'), audience: 'a', ...change },
  })
  const jwt = (claims: object) => ({
    type: 'jwt',
    config: { private_key: get('key'), algorithm: 'HS256', claims },
  })
  const fields: readonly (readonly [string, (value: string) => object])[] = [
    ['username', (username) => ({ type: 'basic', config: { username, password: get('key') } })],
    ['client_id', (client_id) => clientCredentials({ client_id })],
    ['scope', (scope) => clientCredentials({ scope })],
    ['extra_parameters.subject', (subject) => clientCredentials({ extra_parameters: { subject } })],
    ['client_id', (client_id) => jwtBearer({ client_id })],
    ['issuer', (issuer) => jwtBearer({ issuer })],
    ['subject', (subject) => jwtBearer({ subject })],
    ['scope', (scope) => jwtBearer({ scope })],
    ['additional_claims.scp', (scp) => jwtBearer({ additional_claims: { scp: [scp] } })],
    ['additional_claims.act', (sub) => jwtBearer({ additional_claims: { act: { sub } } })],
    ['claims.sub', (sub) => jwt({ sub })],
    ['claims.iss', (iss) => jwt({ iss })],
    ['claims.act', (sub) => jwt({ act: { act: { sub } } })],
    ['claims.scope', (scope) => jwt({ scope })],
    ['claims.scp', (scp) => jwt({ scp: ['read', scp] })],
  ]
  const compile = (authentication: object) =>
    connector({
      url: 'https://api.example.com/{{ pathParams.who }}',
      path_parameters: [{ key: 'who' }],
      authentication,
    })

  describe.each(fields)('%s', (field, of) => {
    test.each(ways)('%s', (_, value) => {
      expect(() => compile(of(value))).toThrow(
        `"path":"authentication.config.${field}","code":"CALLER_CHOOSES_IDENTITY"`,
      )
    })

    test('the session, a variable and a text may', () => {
      for (const value of ['{{ user.id }}', "{{ get_variable('v') }}", 'admin']) {
        expect(() => compile(of(value))).not.toThrow()
      }
    })
  })

  test.each([
    ['a claim that says what is asked', jwt({ sub: '{{ user.id }}', resource: path })],
    ['a claim inside another', jwt({ sub: '{{ user.id }}', data: { sub: path } })],
    ['a parameter', clientCredentials({ extra_parameters: { resource: path } })],
  ])('%s may take what a caller sent', (_, authentication) => {
    expect(() => compile(authentication)).not.toThrow()
  })

  test('a payload cannot be read there at all', () => {
    expect(() => compile(jwt({ sub: '{{ body.sub }}' }))).toThrow('authentication.config.claims.sub')
  })
})
