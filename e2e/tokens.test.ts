/** Tokens and JWTs against servers that really verify them: an authorization server and an API. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { type AcmeApi, reportsAudience, startAcmeApi } from '@sluice/example-acme-api'
import { type AcmeId, startAcmeId } from '@sluice/example-acme-id'
import { exportJWK, type JWK } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { secretForms } from './harness/secret-forms.ts'
import { bearer, sessionSecret } from './harness/session-token.ts'
import { type SluiceDev, startSluiceDev } from './harness/sluice-dev.ts'
import { wireCall } from './harness/wire-call.ts'

const audience = 'https://api.acme.example'
const assertionKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const reportKeys = generateKeyPairSync('ed25519')
const pem = (key: KeyObject) => String(key.export({ type: 'pkcs8', format: 'pem' }))
const publicJwk = async (key: KeyObject, alg: string): Promise<JWK> => ({
  ...(await exportJWK(key)),
  alg,
  use: 'sig',
  kid: alg,
})

const secrets = {
  post_secret: 'fake-post-secret-4c8e0f1a2b3d',
  basic_secret: 'fake basic+secret:with%odd/characters=4c8e',
  assertion_key: pem(assertionKeys.privateKey),
  // As a key arrives through an environment variable.
  flat_key: pem(assertionKeys.privateKey).replaceAll('\n', '\\n'),
  service_account: JSON.stringify({ type: 'service_account', private_key: pem(assertionKeys.privateKey) }),
  report_key: JSON.stringify(reportKeys.privateKey.export({ format: 'jwk' })),
  wrong_secret: 'fake-wrong-secret-4c8e0f1a2b3d',
}

let id: AcmeId
let shortLived: AcmeId
let api: AcmeApi
let sluice: SluiceDev

beforeAll(async () => {
  const clients = [
    { id: 'posting', secret: secrets.post_secret, sends: 'post' },
    { id: 'basic client', secret: secrets.basic_secret, sends: 'basic' },
    { id: 'signing', publicKey: await publicJwk(assertionKeys.publicKey, 'ES256') },
    {
      id: 'issuing',
      publicKey: await publicJwk(assertionKeys.publicKey, 'ES256'),
      assertionIssuer: 'https://issuer.example',
    },
    {
      id: 'proving',
      publicKey: await publicJwk(assertionKeys.publicKey, 'ES256'),
      sends: 'private_key_jwt',
    },
    {
      id: 'both client',
      publicKey: await publicJwk(assertionKeys.publicKey, 'ES256'),
      secret: secrets.basic_secret,
      sends: 'basic',
    },
  ] as const
  id = await startAcmeId({ port: 0, clients, audience })
  shortLived = await startAcmeId({ port: 0, clients, audience, tokenLifeSeconds: 2 })
  api = await startAcmeApi({
    port: 0,
    record: true,
    apiKey: 'unused',
    basic: { username: 'unused', password: 'unused' },
    tokens: { issuer: id.issuer, jwksUrl: id.jwksUrl, audience },
    signers: { keys: [await publicJwk(reportKeys.publicKey, 'EdDSA')] },
  })
  sluice = await startSluiceDev({ registry: registry(), config: config() })
})

afterAll(async () => {
  await sluice.stop()
  await Promise.all([api.close(), id.close(), shortLived.close()])
})

const hostOf = (url: string) => new URL(url).host

function config() {
  return {
    tenant_id: 'demo',
    session_secret: sessionSecret,
    secrets,
    variables: { api: api.url, id: id.issuer },
    allow_upstreams: [hostOf(api.url), hostOf(id.issuer), hostOf(shortLived.issuer)],
  }
}

function clientCredentials(change: object) {
  const config = {
    client_id: 'posting',
    client_secret: "{{ get_secret('post_secret') }}",
    token_url: id.tokenUrl,
  }
  return { type: 'oauth_client_credentials', config: { ...config, ...change } }
}

function jwtBearer(change: object) {
  const config = {
    client_id: 'signing',
    private_key: "{{ get_secret('assertion_key') }}",
    algorithm: 'ES256',
    token_url: "{{ get_variable('id') }}/token",
    audience: id.issuer,
    subject: '{{ user.email }}',
    jwt_headers: { kid: 'ES256' },
  }
  return { type: 'oauth_jwt_bearer', config: { ...config, ...change } }
}

/** A client that shows who it is by a signature (RFC 7523 §2.2). */
function proof(change: object) {
  const config = {
    client_id: 'proving',
    client_authentication: 'private_key_jwt',
    private_key: "{{ get_secret('assertion_key') }}",
    algorithm: 'ES256',
    key_id: 'ES256',
    token_url: id.tokenUrl,
  }
  return { type: 'oauth_client_credentials', config: { ...config, ...change } }
}

function jwt(change: object) {
  const claims = {
    iss: 'partner',
    sub: '{{ user.email }}',
    aud: reportsAudience,
    iat: '{{ now() }}',
    exp: '{{ now(120) }}',
  }
  const config = { private_key: "{{ get_secret('report_key') }}", algorithm: 'EdDSA', claims }
  return { type: 'jwt', config: { ...config, ...change } }
}

function registry() {
  const basic = { client_id: 'basic client', client_secret: "{{ get_secret('basic_secret') }}" }
  const deals = (permalink: string, authentication: object) => ({
    name: permalink,
    permalink,
    url: "{{ get_variable('api') }}/v1/partners/deals",
    authentication,
  })
  const report = (permalink: string, authentication: object) => ({
    ...deals(permalink, authentication),
    url: "{{ get_variable('api') }}/v1/reports/sales",
  })
  return {
    connectors: [
      deals('post', clientCredentials({})),
      deals('basic', clientCredentials({ ...basic, client_authentication: 'client_secret_basic' })),
      deals(
        'basic-raw',
        clientCredentials({
          ...basic,
          client_authentication: 'client_secret_basic_raw',
          token_url: id.rawTokenUrl,
        }),
      ),
      deals('wrong-secret', clientCredentials({ client_secret: "{{ get_secret('wrong_secret') }}" })),
      deals('assertion', jwtBearer({})),
      deals('flat-key', jwtBearer({ private_key: "{{ get_secret('flat_key') }}", scope: 'read' })),
      deals('service-account', jwtBearer({ private_key: "{{ get_secret('service_account') }}" })),
      deals('issuer', jwtBearer({ client_id: 'issuing', issuer: 'https://issuer.example' })),
      deals('wrong-issuer', jwtBearer({ client_id: 'issuing' })),
      deals('proof', proof({})),
      deals('proof-wrong-key', proof({ private_key: "{{ get_secret('report_key') }}", algorithm: 'EdDSA' })),
      deals(
        'proof-of-assertion',
        jwtBearer({ client_id: 'proving', client_authentication: 'private_key_jwt', key_id: 'ES256' }),
      ),
      deals(
        'basic-of-assertion',
        jwtBearer({
          client_id: 'both client',
          client_secret: "{{ get_secret('basic_secret') }}",
          client_authentication: 'client_secret_basic',
        }),
      ),
      deals('wrong-audience', jwtBearer({ audience: 'https://elsewhere.example' })),
      deals('wrong-key', jwtBearer({ private_key: "{{ get_secret('report_key') }}", algorithm: 'EdDSA' })),
      deals('mismatch', jwtBearer({ algorithm: 'RS256' })),
      deals('foreign', clientCredentials({ token_url: shortLived.tokenUrl })),
      report('report', jwt({})),
      report(
        'report-unsigned',
        jwt({ private_key: "{{ get_secret('assertion_key') }}", algorithm: 'ES256' }),
      ),
    ],
  }
}

async function call(permalink: string, claims = {}) {
  const target = `/connectors/${permalink}/execute`
  const before = api.received.length
  const answer = await wireCall(sluice.url, { target, headers: [await bearer(claims)] })
  return { ...answer, sent: api.received.length - before }
}

describe('a token', () => {
  test.each(['post', 'basic', 'basic-raw'])('for client credentials: %s', async (permalink) => {
    const { status, json } = await call(permalink)
    expect(status).toBe(200)
    expect(json()).toMatchObject({ partner: permalink === 'post' ? 'posting' : 'basic client', person: null })
  })

  test('for an assertion about the user, and another one for another user', async () => {
    const before = id.exchanges()
    expect((await call('assertion')).json()).toMatchObject({ partner: 'signing', person: 'ada@example.com' })
    expect((await call('assertion')).status).toBe(200)
    expect(id.exchanges()).toBe(before + 1)
    const other = await call('assertion', { sub: '8', email: 'grace@example.com' })
    expect(other.json()).toMatchObject({ person: 'grace@example.com' })
    expect(id.exchanges()).toBe(before + 2)
  })

  test.each([
    ['flat-key', 'signing', 'ada@example.com'],
    ['issuer', 'issuing', 'ada@example.com'],
    ['proof', 'proving', null],
    ['proof-of-assertion', 'proving', 'ada@example.com'],
    ['basic-of-assertion', 'both client', 'ada@example.com'],
  ])('for %s', async (permalink, partner, person) => {
    const { status, json } = await call(permalink)
    expect(status).toBe(200)
    expect(json()).toMatchObject({ partner, person })
  })

  test('is asked for by nobody with a whole service-account file, which is named as that', async () => {
    const before = id.exchanges()
    const { status, json } = await call('service-account')
    expect(status).toBe(422)
    expect(json()).toMatchObject({
      code: 'JWT_SIGNING_FAILED',
      detail: expect.stringContaining(
        'a whole service-account file in JSON; store the value of its member `private_key` alone',
      ),
    })
    expect(id.exchanges()).toBe(before)
  })

  test.each([
    ['wrong-secret', 'invalid_client'],
    ['proof-wrong-key', 'invalid_client'],
    ['wrong-issuer', 'invalid_grant'],
    ['wrong-audience', 'invalid_grant'],
    ['wrong-key', 'invalid_grant'],
  ])('is not given for %s: TOKEN_EXCHANGE_FAILED with %s, and nothing is sent', async (permalink, error) => {
    const { status, json, sent } = await call(permalink)
    expect(status).toBe(502)
    expect(json()).toMatchObject({ code: 'TOKEN_EXCHANGE_FAILED', stage: 'authenticate', params: [error] })
    expect(sent).toBe(0)
  })

  test('is asked for by nobody with a key that does not fit', async () => {
    const before = id.exchanges()
    const { status, json } = await call('mismatch')
    expect(status).toBe(422)
    expect(json()).toMatchObject({
      code: 'JWT_SIGNING_FAILED',
      params: ['authentication.config.private_key'],
    })
    expect(id.exchanges()).toBe(before)
  })

  test('that the API does not accept is its 401, and a kept one is exchanged once', async () => {
    const first = await call('foreign')
    expect([first.status, first.sent]).toEqual([401, 1])
    expect(shortLived.exchanges()).toBe(1)
    const second = await call('foreign')
    expect([second.status, second.sent]).toEqual([401, 2])
    expect(shortLived.exchanges()).toBe(2)
  })

  test('is asked for once by 50 calls at the same time', async () => {
    const before = id.exchanges()
    const claims = { sub: '9', email: 'many@example.com' }
    const answers = await Promise.all(Array.from({ length: 50 }, () => call('assertion', claims)))
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200))
    expect(id.exchanges()).toBe(before + 1)
  })
})

describe('a JWT of our own', () => {
  test('is signed for the user and accepted', async () => {
    const { status, json } = await call('report')
    expect(status).toBe(200)
    expect(json()).toMatchObject({ partner: 'partner', person: 'ada@example.com' })
  })

  test('signed with a key that the API does not know is its 401', async () => {
    expect((await call('report-unsigned')).status).toBe(401)
  })
})

test('no secret and no token stands in anything that was printed', async () => {
  const printed = sluice.printed()
  const tokens = api.received.flatMap(({ headers }) =>
    headers.filter(([name]) => name.toLowerCase() === 'authorization').map(([, value]) => value.slice(7)),
  )
  expect(tokens.length).toBeGreaterThan(0)
  for (const secret of [...Object.values(secrets), ...tokens]) {
    for (const form of secretForms(secret)) expect(printed).not.toContain(form)
  }
})
