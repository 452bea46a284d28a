import { createHmac, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ProblemError } from '@sluice/connector-schema'
import fc from 'fast-check'
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../clock/system-clock.ts'
import { allowUpstreams, parseAllowHttp, parseAllowPorts, parseAllowPrivate } from '../egress/exceptions.ts'
import { createUpstream } from '../egress/upstream.ts'
import { createKeySetFetch, type FetchKeySet } from './fetch-key-set.ts'
import { createSessionVerifier, type SessionIssuer } from './verify-session.ts'

const secret = new TextEncoder().encode('a secret of at least thirty-two bytes')
const hs: SessionIssuer = { issuer: 'https://id.test', audience: 'sluice', typ: 'JWT', keys: { secret } }
const clock = { ...systemClock, now: () => nowMs, monotonic: () => nowMs }
let nowMs = 0
/** All calls of a test come on one. */
let connection = {}

beforeEach(() => {
  nowMs = Date.parse('2026-06-01T12:00:00Z')
  connection = {}
})

/** Claims, wrong and missing ones included. */
type Claims = Readonly<Record<string, unknown>>

const seconds = () => Math.floor(nowMs / 1000)
const claims = (more: Claims = {}): JWTPayload => ({
  iss: hs.issuer,
  aud: 'sluice',
  sub: '7',
  tenant_id: 'acme',
  exp: seconds() + 60,
  ...more,
})
const sign = (payload: JWTPayload, header = {}, key: Parameters<SignJWT['sign']>[0] = secret) =>
  new SignJWT(payload).setProtectedHeader({ alg: 'HS256', typ: 'JWT', ...header }).sign(key)
const noFetch = () => Promise.reject(new Error('nothing is fetched'))
const verifier = (issuers = [hs], fetch: FetchKeySet = noFetch) =>
  createSessionVerifier({ issuers, clock, fetch })

async function codeOf(promise: unknown): Promise<string> {
  try {
    await promise
    return 'accepted'
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    return error.code
  }
}

describe('a token that its issuer signed', () => {
  test('becomes a session with the values of its claims and no others', async () => {
    const token = await sign(
      claims({
        email: 'ada@example.com',
        given_name: 'Ada',
        family_name: 'L',
        preferred_username: 'ada',
        roles: ['editor'],
        profile_fields: { '123': 'gold' },
        first_name: 'not this one',
      }),
    )
    expect(await verifier().verify(token, connection)).toEqual({
      tenant_id: 'acme',
      issuer: 'https://id.test',
      user: {
        id: '7',
        email: 'ada@example.com',
        first_name: 'Ada',
        last_name: 'L',
        username: 'ada',
        roles: ['editor'],
        profile_fields: { '123': 'gold' },
      },
    })
  })

  test('lacks nothing but what it does not say', async () => {
    const session = await verifier().verify(await sign(claims({ email: null })), connection)
    expect(session.user).toEqual({ id: '7', roles: [], profile_fields: {} })
  })

  test('has no value where a claim is empty, so that a template cannot take it for one', async () => {
    const empty = { email: '', given_name: '', family_name: '', preferred_username: '' }
    const fields = { profile_fields: { 1: '', 2: null, 3: 'x', 4: 0, 5: false } }
    const session = await verifier().verify(await sign(claims({ ...empty, ...fields })), connection)
    expect(session.user).toEqual({ id: '7', roles: [], profile_fields: { 3: 'x', 4: 0, 5: false } })
  })

  test('takes each value from the claim that is configured for it', async () => {
    const issuer = { ...hs, claims: { tenant_id: 'org', first_name: 'vorname' } }
    const token = await sign(claims({ org: 'other', vorname: 'Ada', given_name: 'no' }))
    const session = await verifier([issuer]).verify(token, connection)
    expect(session).toMatchObject({ tenant_id: 'other', user: { first_name: 'Ada' } })
  })

  test('is its own user’s, whoever else called on the same connection before', async () => {
    const verify = verifier()
    const tokens = await Promise.all(['1', '2', '3'].map((sub) => sign(claims({ sub }))))
    const order = fc.array(fc.nat(2), { minLength: 3, maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(order, async (calls) => {
        for (const call of calls) {
          const session = await verify.verify(tokens[call] ?? '', connection)
          expect(session.user?.id).toBe(String(call + 1))
        }
      }),
    )
  })

  test('is accepted 30 s after it expired, and no longer', async () => {
    const verify = verifier()
    const token = await sign(claims({ exp: seconds() - 29 }))
    for (let calls = 0; calls < 3; calls++) {
      expect(await codeOf(verify.verify(token, connection))).toBe('accepted')
    }
    nowMs += 2000
    expect(await codeOf(verify.verify(token, connection))).toBe('INVALID_SESSION')
    expect(await codeOf(verifier().verify(token, connection))).toBe('INVALID_SESSION')
  })

  test('chooses the issuer by its iss, and is not accepted with the key of another', async () => {
    const otherSecret = new TextEncoder().encode('another secret of thirty-two bytes!!')
    const other: SessionIssuer = { ...hs, issuer: 'https://other.test', keys: { secret: otherSecret } }
    const both = verifier([hs, other])
    const session = await both.verify(await sign(claims({ iss: other.issuer }), {}, otherSecret), connection)
    expect(session.issuer).toBe(other.issuer)
    expect(await codeOf(both.verify(await sign(claims({ iss: other.issuer })), connection))).toBe(
      'INVALID_SESSION',
    )
  })
})

describe('a token is refused', () => {
  const bad: [string, Claims, object?][] = [
    ['that has expired', { exp: 1000 }],
    ['without exp', { exp: undefined }],
    ['whose exp is text', { exp: '9999999999' }],
    ['that is not valid yet', { nbf: 9_999_999_999 }],
    ['of an issuer that is not known', { iss: 'https://evil.test' }],
    ['without an issuer', { iss: undefined }],
    ['for another audience', { aud: 'somebody-else' }],
    ['without an audience', { aud: undefined }],
    ['of another typ', {}, { typ: 'at+jwt' }],
    ['without typ', {}, { typ: undefined }],
    ['without sub', { sub: undefined }],
    ['with an empty sub', { sub: '' }],
    ['with a sub that is a number', { sub: 7 }],
    ['without tenant_id', { tenant_id: undefined }],
    ['with an empty tenant_id', { tenant_id: '' }],
    ['with a tenant_id that is a list', { tenant_id: ['acme'] }],
    ['whose roles are text', { roles: 'admin' }],
    ['whose roles are not all text', { roles: ['a', 1] }],
    ['whose email is an object', { email: {} }],
    ['whose profile_fields are a list', { profile_fields: [] }],
  ]
  test.each(bad)('%s', async (_what, more, header) => {
    expect(await codeOf(verifier().verify(await sign(claims(more), header), connection))).toBe(
      'INVALID_SESSION',
    )
  })

  test('that nobody signed (alg none)', async () => {
    const token = new UnsecuredJWT(claims()).encode()
    expect(await codeOf(verifier().verify(token, connection))).toBe('INVALID_SESSION')
  })

  test('that was signed with another secret, or with another HMAC than HS256', async () => {
    const foreign = await sign(claims(), {}, new TextEncoder().encode('some other secret of 32 bytes....'))
    expect(await codeOf(verifier().verify(foreign, connection))).toBe('INVALID_SESSION')
    const long = new Uint8Array([...secret, ...secret])
    const hs512 = await sign(claims(), { alg: 'HS512' }, long)
    expect(await codeOf(verifier([{ ...hs, keys: { secret: long } }]).verify(hs512, connection))).toBe(
      'INVALID_SESSION',
    )
  })

  test('as soon as one character of it is another', async () => {
    const token = await sign(claims())
    const verify = verifier()
    for (let calls = 0; calls < 3; calls++) await verify.verify(token, connection)
    const changes = fc.record({ at: fc.nat(token.length - 2), to: fc.constantFrom('A', 'b', '9', '-', '.') })
    await fc.assert(
      fc.asyncProperty(changes, async ({ at, to }) => {
        fc.pre(token[at] !== to)
        const changed = token.slice(0, at) + to + token.slice(at + 1)
        expect(await codeOf(verify.verify(changed, connection))).toBe('INVALID_SESSION')
      }),
    )
  })

  test('that is no token at all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        expect(await codeOf(verifier().verify(text, connection))).toBe('INVALID_SESSION')
      }),
    )
  })

  test('without a word of what it contains', async () => {
    const token = await sign(claims({ aud: 'SENTINEL' }))
    const error = await Promise.resolve(verifier().verify(token, connection)).catch(
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({ message: expect.stringContaining('aud') })
    expect(JSON.stringify([error, String(error)])).not.toContain('SENTINEL')
  })
})

test('a secret under 32 bytes is not accepted as configuration', () => {
  expect(() => verifier([{ ...hs, keys: { secret: secret.slice(0, 31) } }])).toThrow(/32 bytes/)
})

test('two issuers of one name are not accepted as configuration', () => {
  expect(() => verifier([hs, hs])).toThrow(/twice/)
})

describe('with a key set', () => {
  let keys: JWK[] = []
  let status = 200
  let fetched = 0
  let url = new URL('http://127.0.0.1/')
  let upstream = createUpstream({ exceptions: allowUpstreams([]) })
  /** What the server does instead of giving the keys. */
  let respond: RequestListener | undefined
  const server = createServer((request, response) => {
    fetched += 1
    if (respond !== undefined) respond(request, response)
    else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }))
  })

  beforeEach(async () => {
    status = 200
    fetched = 0
    respond = undefined
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`)
    upstream = createUpstream({ exceptions: allowUpstreams([url.host]) })
  })
  afterEach(async () => {
    await upstream.close()
    server.closeAllConnections()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  })

  const issuer = (): SessionIssuer => ({ ...hs, keys: { jwksUrl: url } })
  const withKeySet = () => verifier([issuer()], createKeySetFetch(upstream))

  async function newKey(kid: string, alg = 'ES256') {
    const pair = await generateKeyPair(alg)
    return { ...pair, jwk: { ...(await exportJWK(pair.publicKey)), kid, alg } }
  }

  test.each(['ES256', 'RS256', 'EdDSA'])(
    'a token signed with %s is accepted, its key fetched once',
    async (alg) => {
      const { jwk, privateKey } = await newKey('k1', alg)
      keys = [jwk]
      const verify = withKeySet()
      for (const sub of ['1', '2', '3']) {
        const session = await verify.verify(
          await sign(claims({ sub }), { alg, kid: 'k1' }, privateKey),
          connection,
        )
        expect(session.user?.id).toBe(sub)
      }
      expect(fetched).toBe(1)
    },
  )

  test('a token that is signed with the public key as an HMAC secret is refused', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1' }]
    const input = [{ alg: 'HS256', typ: 'JWT', kid: 'k1' }, claims()]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    const secrets = [publicKey.export({ format: 'pem', type: 'spki' }), JSON.stringify(keys[0])]
    for (const text of secrets) {
      const token = `${input}.${createHmac('sha256', text).update(input).digest('base64url')}`
      expect(await codeOf(withKeySet().verify(token, connection))).toBe('INVALID_SESSION')
    }
  })

  test('a symmetric key in the set verifies nothing', async () => {
    keys = [{ kty: 'oct', k: Buffer.from(secret).toString('base64url'), kid: 'k1', alg: 'HS256' }]
    const token = await sign(claims(), { kid: 'k1' })
    expect(await codeOf(withKeySet().verify(token, connection))).toBe('INVALID_SESSION')
  })

  test('a token of an unknown key is refused, and does not make a request each', async () => {
    keys = [(await newKey('k1')).jwk]
    const stranger = await newKey('k2')
    const verify = withKeySet()
    for (const sub of ['1', '2', '3', '4']) {
      const token = await sign(claims({ sub }), { alg: 'ES256', kid: 'k2' }, stranger.privateKey)
      expect(await codeOf(verify.verify(token, connection))).toBe('INVALID_SESSION')
    }
    expect(fetched).toBe(1)
  })

  test('a remembered token is refused once its key has left the set', async () => {
    const { jwk, privateKey } = await newKey('k1')
    keys = [jwk]
    const verify = withKeySet()
    const token = await sign(claims({ exp: seconds() + 3600 }), { alg: 'ES256', kid: 'k1' }, privateKey)
    for (let calls = 0; calls < 3; calls++) {
      expect(await codeOf(verify.verify(token, connection))).toBe('accepted')
    }

    keys = [(await newKey('k2')).jwk]
    nowMs = Date.now() + 6 * 60_000
    const stillSigned = await sign(claims({ exp: seconds() + 3600 }), { alg: 'ES256', kid: 'k1' }, privateKey)
    // The set is fetched again in the background, so the first verification may still use the old one.
    await expect
      .poll(async () => [
        await codeOf(verify.verify(token, connection)),
        await codeOf(verify.verify(stillSigned, connection)),
      ])
      .toEqual(['INVALID_SESSION', 'INVALID_SESSION'])
  })

  test('keys that cannot be fetched are not blamed on the caller, nor asked for by every call', async () => {
    const { jwk, privateKey } = await newKey('k1')
    keys = [jwk]
    status = 500
    const verify = withKeySet()
    const token = await sign(claims(), { alg: 'ES256', kid: 'k1' }, privateKey)
    const error = await Promise.resolve(verify.verify(token, connection)).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'OVERLOADED', headers: { 'retry-after': '5' } })
    for (let index = 0; index < 5; index++)
      expect(await codeOf(verify.verify(token, connection))).toBe('OVERLOADED')
    expect(fetched).toBe(1)

    status = 200
    nowMs += 1001
    expect(await codeOf(verify.verify(token, connection))).toBe('accepted')
  })

  test('a set that cannot be fetched is asked for after 1 s, then 2, up to 30', async () => {
    const { privateKey } = await newKey('k1')
    status = 500
    const verify = withKeySet()
    const token = await sign(claims({ exp: seconds() + 3600 }), { alg: 'ES256', kid: 'k1' }, privateKey)
    for (const [index, wait] of [1, 2, 4, 8, 16, 30, 30].entries()) {
      expect(await codeOf(verify.verify(token, connection))).toBe('OVERLOADED')
      nowMs += wait * 1000 - 1
      expect(await codeOf(verify.verify(token, connection))).toBe('OVERLOADED')
      expect(fetched).toBe(index + 1)
      nowMs += 1
    }
  })

  test('whatever keys tokens name, the set is fetched once in 30 s', async () => {
    keys = [(await newKey('k1')).jwk]
    const stranger = await newKey('k2')
    // The library counts its own time by the machine's clock: with ours it asks each time.
    const verify = withKeySet()
    const ask = async (kid: string) =>
      codeOf(verify.verify(await sign(claims(), { alg: 'ES256', kid }, stranger.privateKey), connection))
    vi.useFakeTimers({ toFake: ['Date'], now: nowMs })
    try {
      for (let call = 0; call < 12; call++) {
        vi.setSystemTime(Date.now() + 31_000)
        expect(await ask(`kid-${call}`)).toBe('INVALID_SESSION')
      }
      expect(fetched).toBe(1)
      nowMs += 30_000
      vi.setSystemTime(Date.now() + 31_000)
      await ask('another')
      expect(fetched).toBe(2)
    } finally {
      vi.useRealTimers()
    }
  })

  describe('a key that its algorithm cannot be used with is the fault of the token, never of the proxy', () => {
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 })
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' })
    const jwkOf = ({ publicKey }: { publicKey: KeyObject }, more: object = {}): JWK => ({
      ...publicKey.export({ format: 'jwk' }),
      kid: 'k1',
      ...more,
    })
    const handSigned = (alg: string, key: KeyObject) => {
      const input = [{ alg, typ: 'JWT', kid: 'k1' }, claims()]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.')
      return `${input}.${createSign('sha256').update(input).sign(key).toString('base64url')}`
    }

    test.each<[string, string, () => JWK]>([
      ['an RSA key of 1024 bits', 'RS256', () => jwkOf(short)],
      ['an RSA key of 1024 bits', 'PS256', () => jwkOf(short)],
      ['an RSA key without a modulus', 'RS256', () => jwkOf(short, { n: undefined })],
      ['an RSA key whose modulus is nonsense', 'RS256', () => jwkOf(short, { n: '!!' })],
      ['an RSA key with an exponent of 0', 'RS256', () => jwkOf(short, { e: 'AA' })],
      ['a key of another curve', 'ES256', () => jwkOf(p384)],
      ['a point that is not on its curve', 'ES256', () => jwkOf(p384, { crv: 'P-256' })],
      ['a key of an unknown type', 'RS256', () => jwkOf(short, { kty: 'XYZ' })],
      ['an Ed25519 key without x', 'EdDSA', () => ({ kty: 'OKP', crv: 'Ed25519', kid: 'k1' })],
      ['a secret', 'RS256', () => ({ kty: 'oct', k: 'AAAA', kid: 'k1' })],
    ])('%s for %s', async (_, alg, jwk) => {
      keys = [jwk()]
      const token = handSigned(alg, short.privateKey)
      const error = await Promise.resolve(withKeySet().verify(token, connection)).catch(
        (reason: unknown) => reason,
      )
      expect(error).toMatchObject({ code: 'INVALID_SESSION', status: 401 })
    })
  })

  describe('a key set is fetched through the egress guard', () => {
    const outcome = async (fetch = createKeySetFetch(upstream)) => {
      const { privateKey, jwk } = await newKey('k1')
      keys = [jwk]
      const token = await sign(claims(), { alg: 'ES256', kid: 'k1' }, privateKey)
      return codeOf(verifier([issuer()], fetch).verify(token, connection))
    }

    test('where nothing allows its address, nothing is sent', async () => {
      const guarded = createUpstream({ exceptions: allowUpstreams([]) })
      expect(await outcome(createKeySetFetch(guarded))).toBe('OVERLOADED')
      expect(fetched).toBe(0)
      await guarded.close()
    })

    const exception = (entry: string) => ({
      allowPrivate: parseAllowPrivate(`${entry}127.0.0.1`),
      allowPorts: parseAllowPorts(`${entry}${url.port}`),
      allowHttp: parseAllowHttp(`${entry}${url.host}`),
    })

    test('an exception of one tenant is none for an issuer of the platform', async () => {
      for (const [entry, code] of [
        ['acme=', 'OVERLOADED'],
        ['', 'accepted'],
      ] as const) {
        const guarded = createUpstream({ exceptions: exception(entry) })
        expect(await outcome(createKeySetFetch(guarded))).toBe(code)
        await guarded.close()
      }
    })

    test.each([301, 302, 303, 307, 308])('a redirect (%i) within its origin is followed', async (code) => {
      respond = (request, response) => {
        if (request.url === '/jwks') response.writeHead(code, { location: '/moved#x' }).end()
        else response.writeHead(200).end(JSON.stringify({ keys }))
      }
      expect(await outcome()).toBe('accepted')
    })

    test('a redirect to another origin is not, though the guard would let it through', async () => {
      const other = createServer((_, response) => void response.end(JSON.stringify({ keys })))
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
      const otherHost = `127.0.0.1:${(other.address() as AddressInfo).port}`
      respond = (_, response) => void response.writeHead(302, { location: `http://${otherHost}/jwks` }).end()
      const guarded = createUpstream({ exceptions: allowUpstreams([url.host, otherHost]) })
      expect(await outcome(createKeySetFetch(guarded))).toBe('OVERLOADED')
      await guarded.close()
      await new Promise<void>((resolve) => other.close(() => resolve()))
    })

    test.each([
      ['to another port', () => `http://127.0.0.1:${Number(url.port) + 1}/jwks`],
      ['to another host', () => `http://localhost:${url.port}/jwks`],
      ['to another scheme', () => `https://127.0.0.1:${url.port}/jwks`],
      ['to nowhere', () => 'http://['],
      ['for ever', () => '/jwks'],
    ])('a redirect %s is not', async (_, location) => {
      respond = (_request, response) => void response.writeHead(302, { location: location() }).end()
      expect(await outcome()).toBe('OVERLOADED')
      expect(fetched).toBeLessThanOrEqual(4)
    })

    test.each<[string, RequestListener]>([
      ['is not JSON', (_, response) => void response.end('<html>')],
      ['is no key set', (_, response) => void response.end('{"keys":"none"}')],
      [
        'is larger than 256 KiB',
        (_, response) => void response.end(JSON.stringify({ keys, pad: 'x'.repeat(256 * 1024) })),
      ],
      ['is cut', (_, response) => void response.writeHead(200, { 'content-length': '500' }).end('{"keys"')],
      ['does not exist', (_, response) => void response.writeHead(404).end()],
      ['is empty', (_, response) => void response.writeHead(204).end()],
    ])('a set that %s is not taken, and not blamed on the caller', async (_, listener) => {
      respond = listener
      expect(await outcome()).toBe('OVERLOADED')
    })

    test('one of just under 256 KiB is', async () => {
      respond = (_, response) => {
        const text = JSON.stringify({ keys, pad: '' })
        const pad = 'x'.repeat(256 * 1024 - text.length)
        response.end(JSON.stringify({ keys, pad }))
      }
      expect(await outcome()).toBe('accepted')
    })

    test('one that never ends is given up', { timeout: 30_000 }, async () => {
      respond = (_, response) => void response.writeHead(200).write('{"keys":')
      expect(await outcome()).toBe('OVERLOADED')
    })
  })
})
