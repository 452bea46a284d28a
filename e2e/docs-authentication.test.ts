/** What `docs/authentication.md` shows is true: each of its blocks is run as it stands there. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { authenticationSchema, clientAuthentications } from '@sluice/connector-schema'
import { type AcmeApi, reportsAudience, startAcmeApi } from '@sluice/example-acme-api'
import { type AcmeId, startAcmeId } from '@sluice/example-acme-id'
import { exportJWK, SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer, sessionSecret } from './harness/session-token.ts'
import { type SluiceDev, startSluiceDev } from './harness/sluice-dev.ts'
import { wireCall } from './harness/wire-call.ts'

const page = readFileSync(new URL('../docs/authentication.md', import.meta.url), 'utf8')
const blocks = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, text = '']) => text)
const typeOf = (text: string) => String((JSON.parse(text) as { type: unknown }).type)

const assertionKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const reportKeys = generateKeyPairSync('ed25519')
/** The sample API takes whatever a known partner has signed: here, a token that is made once. */
const staticToken = await new SignJWT({ iss: 'reporting', sub: 'reports', aud: reportsAudience })
  .setProtectedHeader({ alg: 'EdDSA', kid: 'EdDSA' })
  .setIssuedAt()
  .setExpirationTime('9 minutes')
  .sign(reportKeys.privateKey)
const secrets = {
  api_key: 'fake-api-key-of-the-docs',
  token: staticToken,
  password: 'fake-password-of-the-docs',
  client_secret: 'fake-client-secret-of-the-docs',
  assertion_key: String(assertionKeys.privateKey.export({ type: 'sec1', format: 'pem' })),
  report_key: String(reportKeys.privateKey.export({ type: 'pkcs8', format: 'pem' })),
}
const jwk = async (key: KeyObject, alg: string) => ({ ...(await exportJWK(key)), alg, use: 'sig', kid: alg })

/** Where the sample API asks for a credential of the type. */
const paths: Readonly<Record<string, string>> = {
  api_key: '/v1/products',
  bearer: '/v1/reports/sales',
  basic: '/v1/files/manual.txt',
  oauth_client_credentials: '/v1/partners/deals',
  oauth_jwt_bearer: '/v1/partners/deals',
  jwt: '/v1/reports/sales',
}

let id: AcmeId
let api: AcmeApi
let sluice: SluiceDev

beforeAll(async () => {
  const audience = 'https://api.example.com'
  id = await startAcmeId({
    port: 0,
    audience,
    clients: [
      { id: 'reporting', secret: secrets.client_secret, sends: 'post' },
      {
        id: 'reporting-proving',
        publicKey: await jwk(assertionKeys.publicKey, 'ES256'),
        sends: 'private_key_jwt',
      },
      { id: 'reporting-signing', publicKey: await jwk(assertionKeys.publicKey, 'ES256') },
    ],
  })
  api = await startAcmeApi({
    port: 0,
    apiKey: secrets.api_key,
    basic: { username: 'reporting', password: secrets.password },
    tokens: { issuer: id.issuer, jwksUrl: id.jwksUrl, audience },
    signers: { keys: [await jwk(reportKeys.publicKey, 'EdDSA')] },
  })
  const connectors = blocks.map((text, index) => ({
    name: typeOf(text),
    permalink: `block-${index}`,
    url: api.url + (paths[typeOf(text)] ?? ''),
    authentication: JSON.parse(text.replaceAll('https://id.example.com', id.issuer)),
  }))
  sluice = await startSluiceDev({
    registry: { connectors },
    config: {
      tenant_id: 'demo',
      session_secret: sessionSecret,
      secrets,
      allow_upstreams: [new URL(api.url).host, new URL(id.issuer).host],
    },
  })
})

afterAll(async () => {
  await sluice.stop()
  await Promise.all([api.close(), id.close()])
})

test('the page has a block for every type', () => {
  expect([...new Set(blocks.map(typeOf))].sort()).toEqual(Object.keys(paths).sort())
})

test('the page names every option and every way in which a client shows who it is', () => {
  for (const option of authenticationSchema.options) {
    const { config } = option.shape
    const keys = 'shape' in config ? Object.keys(config.shape) : []
    for (const key of [...keys, ...clientAuthentications]) expect(page).toContain(key)
  }
})

test.each(blocks.map((text, index) => [typeOf(text), index] as const))(
  '%s (block %i) is let in',
  async (_, index) => {
    const target = `/connectors/block-${index}/execute`
    const { status } = await wireCall(sluice.url, { target, headers: [await bearer()] })
    expect(status).toBe(200)
  },
)
