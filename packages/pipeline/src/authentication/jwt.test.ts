import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { type SignatureAlgorithm, signatureAlgorithms } from '@sluice/connector-schema'
import { decodeProtectedHeader, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { runExchange } from '../run.ts'
import { ada, callOf, connector, plainPorts } from '../testing/plain-ports.ts'

const secret = "{{ get_secret('key') }}"
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ed = generateKeyPairSync('ed25519')
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' })
const p521 = generateKeyPairSync('ec', { namedCurve: 'P-521' })
const pairs: Partial<Record<SignatureAlgorithm, { publicKey: KeyObject; privateKey: KeyObject }>> = {
  ES256: p256,
  ES384: p384,
  ES512: p521,
  EdDSA: ed,
}

interface Written {
  readonly form: string
  readonly text: string
  readonly verifyWith: KeyObject | Uint8Array
}

/** Every way to write a key for an algorithm. */
function keysFor(algorithm: SignatureAlgorithm): readonly Written[] {
  if (algorithm.startsWith('HS')) {
    const bytes = randomBytes(64)
    const text = bytes.toString('hex')
    const jwk = JSON.stringify({ kty: 'oct', k: bytes.toString('base64url'), alg: algorithm })
    return [
      { form: 'text', text, verifyWith: Buffer.from(text) },
      { form: 'JWK', text: jwk, verifyWith: bytes },
    ]
  }
  const { privateKey, publicKey: verifyWith } = pairs[algorithm] ?? rsa
  const pem = (type: 'pkcs8' | 'pkcs1' | 'sec1') => String(privateKey.export({ type, format: 'pem' }))
  const own = { rsa: 'pkcs1', ec: 'sec1' } as const
  const type = own[privateKey.asymmetricKeyType as keyof typeof own]
  return [
    { form: 'PKCS#8', text: pem('pkcs8'), verifyWith },
    { form: 'JWK', text: JSON.stringify(privateKey.export({ format: 'jwk' })), verifyWith },
    ...(type === undefined ? [] : [{ form: type, text: pem(type), verifyWith }]),
  ]
}

interface Setting {
  readonly algorithm: string
  readonly claims?: object
  readonly jwt_headers?: object
}

async function run(key: string, { claims = { sub: '{{ user.id }}' }, ...config }: Setting, variable = '') {
  const { ports, seen, time } = plainPorts(undefined, { secrets: { key }, variables: { v: variable } })
  const authentication = { type: 'jwt', config: { private_key: secret, claims, ...config } }
  const outcome = await runExchange(callOf(connector({ authentication })), ports)
  const token = seen[0]?.headers.authorization?.replace('Bearer ', '') ?? ''
  const problem = 'problem' in outcome ? outcome.problem : undefined
  return { token, problem, seen, time }
}

const signed = signatureAlgorithms.flatMap((algorithm) =>
  keysFor(algorithm).map((written) => ({ algorithm, ...written })),
)

test.each(signed)('$algorithm signs with a key written as $form', async ({ algorithm, text, verifyWith }) => {
  const { token, problem } = await run(text, { algorithm })
  expect(problem).toBeUndefined()
  const { payload, protectedHeader } = await jwtVerify(token, verifyWith)
  expect(payload).toEqual({ sub: ada.user?.id })
  expect(protectedHeader).toEqual({ alg: algorithm, typ: 'JWT' })
})

describe('a key that cannot sign is JWT_SIGNING_FAILED, names its field and is sent nowhere', () => {
  const pkcs8 = (key: KeyObject) => String(key.export({ type: 'pkcs8', format: 'pem' }))
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const encrypted = rsa.privateKey.export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'x',
  })
  const jwkOf = (key: KeyObject, more: object) =>
    JSON.stringify({ ...key.export({ format: 'jwk' }), ...more })

  test.each([
    ['an EC key', 'RS256', pkcs8(p256.privateKey)],
    ['an RSA key', 'ES256', pkcs8(rsa.privateKey)],
    ['a key of another curve', 'ES256', pkcs8(p384.privateKey)],
    ['an RSA key', 'EdDSA', pkcs8(rsa.privateKey)],
    ['a PEM', 'HS256', pkcs8(rsa.privateKey)],
    ['an RSA key of 1024 bits', 'PS256', pkcs8(small.privateKey)],
    ['a public key', 'RS256', String(rsa.publicKey.export({ type: 'spki', format: 'pem' }))],
    ['a public JWK', 'ES256', jwkOf(p256.publicKey, {})],
    ['a JWK for another algorithm', 'ES256', jwkOf(p256.privateKey, { alg: 'ES384' })],
    ['a JWK for encryption', 'RS256', jwkOf(rsa.privateKey, { use: 'enc' })],
    ['a JWK that may only verify', 'RS256', jwkOf(rsa.privateKey, { key_ops: ['verify'] })],
    ['an RSA JWK', 'HS256', jwkOf(rsa.privateKey, {})],
    ['an encrypted PEM', 'RS256', String(encrypted)],
    ['a PEM that was cut', 'RS256', pkcs8(rsa.privateKey).slice(0, 400)],
    ['a PEM of nonsense', 'RS256', '-----BEGIN PRIVATE KEY-----\nbm9uc2Vuc2U=\n-----END PRIVATE KEY-----\n'],
    ['a JWK that was cut', 'RS256', jwkOf(rsa.privateKey, {}).slice(0, 300)],
    ['a password', 'RS256', 'correct horse battery staple'],
    ['nothing', 'HS256', ''],
  ])('%s for %s', async (_, algorithm, key) => {
    const { problem, seen } = await run(key, { algorithm })
    expect(problem).toMatchObject({
      code: 'JWT_SIGNING_FAILED',
      stage: 'authenticate',
      params: ['authentication.config.private_key'],
    })
    expect(seen).toEqual([])
    if (key !== '') expect(problem?.message).not.toContain(key.slice(40, 80) || key)
  })
})

describe('claims', () => {
  const key = randomBytes(32).toString('hex')
  const claimsOf = async (claims: object, variable?: string) => {
    const { token } = await run(key, { algorithm: 'HS256', claims }, variable)
    return (await jwtVerify(token, Buffer.from(key), { currentDate: new Date(Date.UTC(2026, 0, 1)) })).payload
  }

  test('exp, iat and nbf become integers', async () => {
    const now = Date.UTC(2026, 0, 1) / 1000
    const claims = { iat: '{{ now() }}', nbf: '{{ now(-5) }}', exp: '{{ now(300) }}', other: '{{ now() }}' }
    expect(await claimsOf(claims)).toEqual({ iat: now, nbf: now - 5, exp: now + 300, other: String(now) })
  })

  test('a time that is none is JWT_SIGNING_FAILED and names the claim', async () => {
    const { problem, seen } = await run(key, { algorithm: 'HS256', claims: { exp: 'tomorrow' } })
    expect(problem).toMatchObject({
      code: 'JWT_SIGNING_FAILED',
      params: ['authentication.config.claims.exp'],
    })
    expect(seen).toEqual([])
  })

  test('any JSON stays what it is, and a value never becomes structure', async () => {
    const claims = {
      deep: { list: [1, true, null, "{{ get_variable('v') }}", { a: 'b' }] },
      roles: ['x'],
      constructor: 'c',
    }
    expect(await claimsOf(claims, '"],"admin":true,"x":["')).toEqual({
      deep: { list: [1, true, null, '"],"admin":true,"x":["', { a: 'b' }] },
      roles: ['x'],
      constructor: 'c',
    })
  })

  test('headers are added, and may say another type', async () => {
    const jwt_headers = { kid: "{{ get_variable('v') }}", typ: 'at+jwt' }
    const { token } = await run(key, { algorithm: 'HS256', jwt_headers }, 'key-1')
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'HS256', typ: 'at+jwt', kid: 'key-1' })
  })
})

test('a cache hit signs nothing, though every claim would be another', async () => {
  const { ports, seen, time } = plainPorts(() => ({ headers: [['cache-control', 'max-age=60']] }), {
    secrets: { key: randomBytes(32).toString('hex') },
  })
  const config = { private_key: secret, algorithm: 'HS256', claims: { exp: '{{ now(60) }}' } }
  const compiled = connector({ authentication: { type: 'jwt', config } })
  await runExchange(callOf(compiled), ports)
  time.nowMs += 5000
  const second = await runExchange(callOf(compiled), ports)
  expect('answer' in second && second.answer.cacheStatus).toMatch(/hit/)
  expect(seen).toHaveLength(1)
})
