import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AcmeApi, reportsAudience, startAcmeApi } from './index.ts'

const issuer = 'https://id.acme.example'
const audience = 'https://api.acme.example'
const server = await generateKeyPair('RS256')
const partner = await generateKeyPair('ES256')
const stranger = await generateKeyPair('ES256')

const keys = createServer((_, response) => {
  void exportJWK(server.publicKey).then((jwk) =>
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ keys: [{ ...jwk, alg: 'RS256' }] })),
  )
})
let api: AcmeApi

beforeAll(async () => {
  keys.listen(0, '127.0.0.1')
  await once(keys, 'listening')
  api = await startAcmeApi({
    port: 0,
    apiKey: 'unused',
    basic: { username: 'unused', password: 'unused' },
    tokens: { issuer, audience, jwksUrl: `http://127.0.0.1:${(keys.address() as AddressInfo).port}/jwks` },
    signers: { keys: [{ ...(await exportJWK(partner.publicKey)), alg: 'ES256' }] },
  })
})
afterAll(async () => {
  await api.close()
  keys.closeAllConnections()
  await new Promise((resolve) => keys.close(resolve))
})

const now = Math.floor(Date.now() / 1000)

function accessToken(change: JWTPayload = {}, typ = 'at+jwt'): Promise<string> {
  return new SignJWT({ iss: issuer, aud: audience, exp: now + 60, client_id: 'c', ...change })
    .setProtectedHeader({ alg: 'RS256', typ })
    .sign(server.privateKey)
}

function ownJwt(change: JWTPayload = {}, key = partner.privateKey): Promise<string> {
  const claims = { iss: 'partner', sub: 'ada', aud: reportsAudience, iat: now, exp: now + 60, ...change }
  return new SignJWT(claims).setProtectedHeader({ alg: 'ES256' }).sign(key)
}

async function statusOf(path: string, token: string): Promise<number> {
  return (await fetch(api.url + path, { headers: { Authorization: `Bearer ${token}` } })).status
}

describe('partners are let in with a token that', () => {
  test('is good', async () => {
    expect(await statusOf('/v1/partners/deals', await accessToken())).toBe(200)
  })

  test.each<[string, JWTPayload, string?]>([
    ['is over', { exp: now - 60 }],
    ['is for another API', { aud: 'https://other.example' }],
    ['is of another issuer', { iss: 'https://other.example' }],
    ['is no access token', {}, 'JWT'],
  ])('never %s', async (_, change, typ) => {
    expect(await statusOf('/v1/partners/deals', await accessToken(change, typ))).toBe(401)
  })

  test('never a JWT that a partner signed itself', async () => {
    expect(await statusOf('/v1/partners/deals', await ownJwt())).toBe(401)
  })
})

describe('reports are for JWTs that', () => {
  test('a known partner has signed', async () => {
    expect(await statusOf('/v1/reports/sales', await ownJwt())).toBe(200)
  })

  test.each<[string, JWTPayload]>([
    ['are over', { exp: now - 60 }],
    ['are old', { iat: now - 3600 }],
    ['are meant for others', { aud: 'others' }],
  ])('never %s', async (_, change) => {
    expect(await statusOf('/v1/reports/sales', await ownJwt(change))).toBe(401)
  })

  test('never a stranger has signed', async () => {
    expect(await statusOf('/v1/reports/sales', await ownJwt({}, stranger.privateKey))).toBe(401)
  })
})
