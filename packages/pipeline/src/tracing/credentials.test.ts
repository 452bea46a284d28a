/** What a trace shows of how a credential was made: to its owner, and to nobody else. */
import { describe, expect, test } from 'vitest'
import { callOf, connector, type Scripted } from '../testing/plain-ports.ts'
import { clientCredentials, json, jwtBearer, secrets, usual, world } from '../testing/token-world.ts'
import { traceExchange } from './trace.ts'

async function trace(authentication: object, tokens: readonly Scripted[] = [json(usual)], options = {}) {
  const { ports } = world({ tokens, secrets: { ...secrets, tier: 'secret-tier-0123456789' } })
  return traceExchange(callOf(connector({ authentication })), ports, options)
}

const revealing = { revealCredentialsToOwner: true }
const description = 'The audience is not known: https://id.example.com'
const refused = json({ error: 'weird_error', error_description: description }, 400)

test('the owner sees the claims that were signed, and what the endpoint said', async () => {
  const authentication = jwtBearer({
    subject: '{{ user.email }}',
    client_authentication: 'private_key_jwt',
    key_id: 'k1',
    additional_claims: { nbf: '{{ now() }}', tier: "{{ get_secret('tier') }}" },
    jwt_headers: { kid: 'k2' },
  })
  const { credentials, problem } = await trace(authentication, [refused], revealing)
  const now = Date.UTC(2026, 0, 1) / 1000
  const times = { iat: now - 5, exp: now + 180, jti: expect.any(String) }
  expect(credentials).toEqual([
    {
      signed: 'assertion',
      header: { typ: 'JWT', alg: 'RS256', kid: 'k2' },
      claims: {
        iss: 'client',
        sub: 'ada@example.com',
        aud: 'https://id.example.com',
        nbf: now,
        tier: "{{ get_secret('tier') }}",
        ...times,
      },
    },
    {
      signed: 'client_assertion',
      header: { typ: 'JWT', alg: 'RS256', kid: 'k1' },
      claims: { iss: 'client', sub: 'client', aud: 'https://id.example.com/token', ...times },
    },
    {
      exchanged: {
        status: 400,
        content_type: 'application/json',
        error: 'weird_error',
        error_description: description,
      },
    },
  ])
  expect(problem?.detail).not.toContain('audience is not known')
})

test('the owner sees the claims of a JWT of the connector', async () => {
  const claims = { sub: '{{ user.id }}', exp: '{{ now(60) }}' }
  const config = { private_key: "{{ get_secret('key') }}", claims }
  const { credentials } = await trace({ type: 'jwt', config }, [], revealing)
  const exp = Date.UTC(2026, 0, 1) / 1000 + 60
  expect(credentials).toEqual([
    { signed: 'token', header: { typ: 'JWT', alg: 'RS256' }, claims: { sub: '7', exp } },
  ])
})

test.each([
  ['as it is', secrets.client_secret],
  ['in Base64', Buffer.from(secrets.client_secret).toString('base64')],
  ['in hex', Buffer.from(secrets.client_secret).toString('hex')],
])('a description that repeats a secret %s is withheld from its owner too', async (_, repeated) => {
  const fault = json({ error: `no ${repeated}`, error_description: `Unknown secret ${repeated}.` }, 401)
  const shown = await trace(clientCredentials(), [fault], revealing)
  const withheld = '(withheld: it repeats what was sent)'
  expect(shown.credentials).toMatchObject([{ exchanged: { error: withheld, error_description: withheld } }])
  expect(JSON.stringify(shown)).not.toContain(repeated)
})

test('no token is shown', async () => {
  const shown = await trace(clientCredentials(), [json(usual)], revealing)
  expect(shown.credentials).toHaveLength(1)
  expect(JSON.stringify(shown)).not.toContain('token-1')
})

describe('anybody else', () => {
  test.each([
    ['no options', {}],
    ['false', { revealCredentialsToOwner: false }],
  ])('sees nothing of it: %s', async (_, options) => {
    const shown = await trace(jwtBearer(), [refused], options)
    expect(shown.credentials).toBeUndefined()
    const text = JSON.stringify(shown)
    for (const hidden of [description, 'weird_error', '"exp"']) expect(text).not.toContain(hidden)
  })
})
