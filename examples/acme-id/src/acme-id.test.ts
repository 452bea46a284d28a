import { randomUUID } from 'node:crypto'
import { createRemoteJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AcmeId, startAcmeId } from './index.ts'

const audience = 'https://api.acme.example'
const oddSecret = 'a b+c:d%/0123456789'
const keys = await generateKeyPair('ES256', { extractable: true })
const others = await generateKeyPair('ES256', { extractable: true })

let id: AcmeId

beforeAll(async () => {
  const publicKey = { ...(await exportJWK(keys.publicKey)), alg: 'ES256', use: 'sig' }
  id = await startAcmeId({
    port: 0,
    audience,
    tokenLifeSeconds: 120,
    clients: [
      { id: 'posting', secret: 'post-secret-0123456789', sends: 'post' },
      { id: 'odd client', secret: oddSecret, sends: 'basic' },
      { id: 'signing', publicKey },
    ],
  })
})
afterAll(() => id.close())

async function ask(form: Record<string, string>, { url = id.tokenUrl, basic = '' } = {}) {
  const headers = basic === '' ? {} : { authorization: `Basic ${Buffer.from(basic).toString('base64')}` }
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form), headers })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

const own = { grant_type: 'client_credentials' }

test('a token is a JWT for the API that verifies with the published keys and expires', async () => {
  const { body } = await ask({ ...own, client_id: 'posting', client_secret: 'post-secret-0123456789' })
  const published = createRemoteJWKSet(new URL(id.jwksUrl))
  const { payload } = await jwtVerify(String(body.access_token), published, { audience, issuer: id.issuer })
  expect(payload.client_id).toBe('posting')
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(120)
  expect(body.expires_in).toBe(120)
})

test('a wrong secret is refused', async () => {
  const { status, body } = await ask({ ...own, client_id: 'posting', client_secret: 'wrong' })
  expect([status, body.error]).toEqual([401, 'invalid_client'])
})

test('both readings of Basic are told apart', async () => {
  const form = (text: string) => new URLSearchParams({ v: text }).toString().slice(2)
  const encoded = `${form('odd client')}:${form(oddSecret)}`
  const raw = `odd client:${oddSecret}`
  expect((await ask(own, { basic: encoded })).status).toBe(200)
  expect((await ask(own, { basic: raw })).status).not.toBe(200)
  expect((await ask(own, { basic: raw, url: id.rawTokenUrl })).status).toBe(200)
  expect((await ask(own, { basic: encoded, url: id.rawTokenUrl })).status).not.toBe(200)
})

async function assertion(change: Record<string, unknown> = {}, key = keys.privateKey): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const usual = { iss: 'signing', sub: 'ada', aud: id.issuer, iat: now, exp: now + 180, jti: randomUUID() }
  return new SignJWT({ ...usual, ...change }).setProtectedHeader({ alg: 'ES256' }).sign(key)
}

const bearer = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', client_id: 'signing' }

test('an assertion gives a token once', async () => {
  const signed = await assertion()
  expect((await ask({ ...bearer, assertion: signed })).status).toBe(200)
  expect((await ask({ ...bearer, assertion: signed })).body.error).toBe('invalid_grant')
})

const past = Math.floor(Date.now() / 1000) - 600
test.each<[what: string, change: Record<string, unknown>]>([
  ['for another server', { aud: 'https://elsewhere.example' }],
  ['of another client', { iss: 'posting' }],
  ['that is over', { iat: past, exp: past + 60 }],
  ['that lives too long', { exp: past + 7200 }],
  ['without a jti', { jti: undefined }],
  ['without a subject', { sub: undefined }],
])('an assertion %s is refused', async (_, change) => {
  expect((await ask({ ...bearer, assertion: await assertion(change) })).body.error).toBe('invalid_grant')
})

test('an assertion signed by somebody else is refused', async () => {
  const forged = await assertion({}, others.privateKey)
  expect((await ask({ ...bearer, assertion: forged })).body.error).toBe('invalid_grant')
})
