import { expect, test } from 'vitest'
import { parseDevConfig } from './dev-config.ts'

const minimal = { tenant_id: 'demo', session_secret: 'x'.repeat(32) }
const pathsOf = (change: object) =>
  parseDevConfig({ ...minimal, ...change }).errors.map((error) => error.path)

test('only the tenant and its session secret are needed', () => {
  const { config, errors } = parseDevConfig(minimal)
  expect(errors).toEqual([])
  expect(config).toMatchObject({ users: [], secrets: {}, variables: {}, origins: [], allow_upstreams: [] })
})

test('a secret is for authentication and headers, unless it says otherwise', () => {
  const scoped = { value: 'x', allowed_hosts: ['api.example.com'] }
  const secrets = { scoped, wider: { ...scoped, places: ['query', 'body'] } }
  expect(parseDevConfig({ ...minimal, secrets }).config?.secrets).toEqual({
    scoped: { ...scoped, places: ['authentication', 'header'] },
    wider: { ...scoped, places: ['query', 'body'] },
  })
})

test('every mistake is reported at once', () => {
  const paths = pathsOf({
    session_secret: 'short',
    users: [{ email: 'a@example.com' }],
    secrets: {
      'no-identifier': 'x',
      scoped: { value: 'x', allowed_hosts: [], places: ['cookie'] },
    },
    allow_upstreams: ['127.0.0.1', '::1:80'],
    origins: ['https://app.example.com/path', 'null'],
    tenat: 'x',
  })
  const expected = [
    'session_secret',
    'users[0].id',
    'secrets.no-identifier',
    'secrets.scoped.allowed_hosts',
    'secrets.scoped.places[0]',
    'allow_upstreams[0]',
    'allow_upstreams[1]',
    'origins[0]',
    'origins[1]',
    'tenat',
  ]
  expect(new Set(paths)).toEqual(new Set(expected))
})

test('what is said of a mistake names what to write', () => {
  const { errors } = parseDevConfig({
    tenat_id: 'x',
    users: [{ id: '7', rolls: [] }],
    secrets: { 'a-b': 'x' },
  })
  const messages = Object.fromEntries(errors.map(({ path, code, message }) => [path, `${code} ${message}`]))
  expect(messages).toEqual({
    tenant_id: 'REQUIRED `tenant_id` is required; add it',
    tenat_id: 'UNKNOWN_KEY Unknown key `tenat_id`: did you mean `tenant_id`?',
    session_secret: 'REQUIRED `session_secret` is required; add it',
    'users[0].rolls': 'UNKNOWN_KEY Unknown key `rolls`: did you mean `roles`?',
    'secrets.a-b': 'INVALID_VALUE `secrets.a-b` must be letters, digits and _',
  })
})

test('a secret and a variable share one name space', () => {
  expect(pathsOf({ secrets: { key: 'x' }, variables: { key: 'y' } })).toEqual(['variables.key'])
})

test('a message never quotes a value', () => {
  const { errors } = parseDevConfig({ ...minimal, session_secret: 'hunter2', secrets: { k: 7 } })
  expect(JSON.stringify(errors)).not.toContain('hunter2')
})
