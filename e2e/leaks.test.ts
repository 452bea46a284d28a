/**
 * G1 over everything: two proxies that share a Redis run calls of every authentication type, good and failing; then
 * every secret, key and token is searched for in all that came out.
 */
import { execFile } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { type AcmeId, startAcmeId } from '@sluice/example-acme-id'
import { exportJWK } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OwnRedis, startOwnRedis } from './harness/own-redis.ts'
import { type RecordingApi, startRecordingApi } from './harness/recording-api.ts'
import { redisDump } from './harness/redis-dump.ts'
import { secretForms } from './harness/secret-forms.ts'
import { bearer, sessionSecret } from './harness/session-token.ts'
import { type SluiceDev, startSluiceDev } from './harness/sluice-dev.ts'
import { wireCall } from './harness/wire-call.ts'

const repository = fileURLToPath(new URL('../', import.meta.url))
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }))
const encryptionKey = randomBytes(32).toString('base64')

const secrets = {
  api_key: `fake/key+"with"<odd>&chars'-${randomBytes(6).toString('hex')}`,
  password: `fake-password-${randomBytes(8).toString('hex')}`,
  client_secret: `fake-client-secret-${randomBytes(8).toString('hex')}`,
  hmac_key: randomBytes(32).toString('base64url'),
  private_key: pem,
}

let id: AcmeId
let redis: OwnRedis
let api: RecordingApi
let proxies: readonly SluiceDev[]
/** Whatever left a proxy: heads and bodies of answers, problems, traces. */
const out: string[] = []

/** How the API repeats what it was sent. */
const echoes: Readonly<Record<string, (credential: string) => Buffer>> = {
  json: (credential) => Buffer.from(JSON.stringify({ headers: { key: credential } })),
  html: (credential) =>
    Buffer.from(
      `<pre>${credential.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')}</pre>`,
    ),
  percent: (credential) => Buffer.from(`?key=${encodeURIComponent(credential)}`),
  hex: (credential) => Buffer.from(`x${Buffer.from(credential).toString('hex')}`),
  base64: (credential) => Buffer.from(Buffer.from(`${credential}.`).toString('base64')),
  'base64-1': (credential) => Buffer.from(Buffer.from(`a${credential}.`).toString('base64')),
  'base64url-2': (credential) => Buffer.from(Buffer.from(`ab${credential}.`).toString('base64url')),
}

const credentialTypes = {
  key: { type: 'api_key', config: { key: 'X-Key', value: "{{ get_secret('api_key') }}" } },
  query: { type: 'api_key', config: { key: 'key', value: "{{ get_secret('api_key') }}", in: 'query' } },
  basic: { type: 'basic', config: { username: 'me', password: "{{ get_secret('password') }}" } },
  jwt: {
    type: 'jwt',
    config: {
      private_key: "{{ get_secret('hmac_key') }}",
      algorithm: 'HS256',
      claims: { sub: '{{ user.id }}' },
    },
  },
}

function oauthTypes(tokenUrl: string) {
  const client = { client_id: 'posting', client_secret: "{{ get_secret('client_secret') }}" }
  return {
    token: { type: 'oauth_client_credentials', config: { ...client, token_url: tokenUrl } },
    assertion: {
      type: 'oauth_jwt_bearer',
      config: {
        client_id: 'signing',
        private_key: "{{ get_secret('private_key') }}",
        token_url: tokenUrl,
        audience: tokenUrl.replace('/token', ''),
        subject: '{{ user.id }}',
      },
    },
    refused: {
      type: 'oauth_client_credentials',
      config: { ...client, client_secret: "{{ get_secret('password') }}", token_url: tokenUrl },
    },
    mismatch: {
      type: 'jwt',
      config: { private_key: "{{ get_secret('private_key') }}", algorithm: 'ES256', claims: {} },
    },
  }
}

function registry(tokenUrl: string, origin: string) {
  const types: Record<string, object> = { ...credentialTypes, ...oauthTypes(tokenUrl) }
  const paths = ['plain', 'header', 'gzip', 'late', ...Object.keys(echoes).map((name) => `echo/${name}`)]
  return {
    connectors: Object.entries(types).flatMap(([type, authentication]) =>
      paths.map((path) => ({
        name: `${type} ${path}`,
        permalink: `${type}-${path.replace('/', '-')}`,
        url: `${origin}/${path}`,
        authentication,
      })),
    ),
  }
}

function credentialOf(headers: Readonly<Record<string, string>>, target: string): string {
  const inQuery = new URLSearchParams(target.split('?')[1]).get('key')
  return headers['x-key'] ?? headers.authorization?.replace(/^\S+ /, '') ?? inQuery ?? ''
}

beforeAll(async () => {
  redis = await startOwnRedis()
  const publicKey = { ...(await exportJWK(pair.publicKey)), alg: 'RS256', use: 'sig' }
  id = await startAcmeId({
    port: 0,
    audience: 'https://api.acme.example',
    clients: [
      { id: 'posting', secret: secrets.client_secret, sends: 'post' },
      { id: 'signing', publicKey },
    ],
  })
  const credential = () => {
    const last = api.received.at(-1)
    return last === undefined ? '' : credentialOf(last.headers, last.target)
  }
  api = await startRecordingApi({
    plain: (_, response) => void response.setHeader('cache-control', 'max-age=60').end('{"fine":true}'),
    header: (_, response) => void response.setHeader('x-echo', encodeURIComponent(credential())).end('{}'),
    late: (_, response) => {
      response.write('x'.repeat(300_000))
      const late = setTimeout(() => response.end(`${credential()} end`), 100)
      response.once('close', () => clearTimeout(late))
    },
    gzip: (_, response) => {
      response.setHeader('content-encoding', 'gzip').end(gzipSync(JSON.stringify({ got: credential() })))
    },
    echo: (request, response) => {
      const body = echoes[request.url?.split(/[/?]/)[2] ?? '']?.(credential()) ?? Buffer.alloc(0)
      // In pieces of three bytes: a border in the midst of everything.
      for (let at = 0; at < body.length; at += 3) response.write(body.subarray(at, at + 3))
      response.end()
    },
  })
  const setting = {
    registry: registry(id.tokenUrl, api.origin),
    config: {
      tenant_id: 'demo',
      session_secret: sessionSecret,
      users: [{ id: '7' }],
      secrets,
      allow_upstreams: [`127.0.0.1:${api.port}`, new URL(id.issuer).host],
    },
    env: { SLUICE_REDIS_URL: redis.url, SLUICE_ENCRYPTION_KEYS: `test:${encryptionKey}` },
  }
  proxies = await Promise.all([startSluiceDev(setting), startSluiceDev(setting)])
})

afterAll(async () => {
  await Promise.all(proxies.map((proxy) => proxy.stop()))
  await Promise.all([api.close(), id.close()])
  redis.goOn()
  await redis.kill()
})

async function call(proxy: SluiceDev | undefined, permalink: string, claims = {}) {
  const target = `/connectors/${permalink}/execute`
  try {
    const answer = await wireCall(proxy?.url ?? '', { target, headers: [await bearer(claims)] })
    out.push(JSON.stringify(answer.headers), answer.text)
    return { status: answer.status, code: answer.headers['x-connector-error'] }
  } catch (error) {
    // Cut off amid the answer, as it must be once bytes are out.
    return { status: 0, code: String(error) }
  }
}

describe('two proxies that share a Redis', () => {
  // A Redis is waited for 50 ms and no longer: on a machine that has no time a proxy may go ahead alone.
  test('ask once for a token that both need at the same time', async () => {
    const counts: number[] = []
    for (const sub of ['70', '71', '72', '73', '74']) {
      const before = id.exchanges()
      const calls = Array.from({ length: 40 }, (_, n) => call(proxies[n % 2], 'assertion-plain', { sub }))
      expect((await Promise.all(calls)).map(({ status }) => status)).toEqual(Array(40).fill(200))
      counts.push(id.exchanges() - before)
    }
    expect(Math.max(...counts)).toBeLessThanOrEqual(2)
    expect(counts.filter((count) => count === 1).length).toBeGreaterThan(2)
  })
})

const working = [...Object.keys(credentialTypes), 'token', 'assertion']
describe.each(working)('an API that is called with a credential of type %s', (type) => {
  test('answers where it repeats nothing', async () => {
    for (const proxy of proxies) expect(await call(proxy, `${type}-plain`)).toMatchObject({ status: 200 })
  })

  test.each(['header', 'gzip', ...Object.keys(echoes).map((name) => `echo-${name}`)])(
    'gets nothing through that it repeats: %s',
    async (path) => {
      const { status, code } = await call(proxies[0], `${type}-${path}`)
      expect(status === 0 || code === 'SECRET_IN_RESPONSE').toBe(true)
    },
  )
})

test('an answer that has begun is cut before the secret, and the log says why', async () => {
  expect(await call(proxies[0], 'key-late')).toMatchObject({ status: 0 })
  await proxies[0]?.saw(/key-late .*SECRET_IN_RESPONSE/)
})

test('failures speak', async () => {
  expect(await call(proxies[0], 'refused-plain')).toMatchObject({
    status: 502,
    code: 'TOKEN_EXCHANGE_FAILED',
  })
  expect(await call(proxies[0], 'mismatch-plain')).toMatchObject({ status: 422, code: 'JWT_SIGNING_FAILED' })
})

function sluiceTest(permalink: string): Promise<string> {
  const files = ['--registry', 'connectors_registry.json', '--config', 'sluice.dev.json']
  const command = [
    '--conditions=source',
    join(repository, 'packages/cli/src/main.ts'),
    'test',
    permalink,
    ...files,
  ]
  const env = { ...process.env, SLUICE_REDIS_URL: redis.url, SLUICE_ENCRYPTION_KEYS: `test:${encryptionKey}` }
  return new Promise((done) => {
    execFile(
      process.execPath,
      [...command, '--json'],
      { cwd: proxies[0]?.folder, env },
      (_, stdout, stderr) => done(stdout + stderr),
    )
  })
}

test('no secret, key or token is in an answer, a log, a trace or Redis', async () => {
  for (const type of [...working, 'refused', 'mismatch']) out.push(await sluiceTest(`${type}-plain`))
  out.push(...(await Promise.all(working.map((type) => sluiceTest(`${type}-echo-json`)))))
  const dump = await redisDump(redis.port)
  expect(dump.keys.length).toBeGreaterThan(0)

  const sent = api.received.map(({ headers, target }) => credentialOf(headers, target))
  const derBody = pem.split('\n').slice(1, -2)
  const { d = '' } = pair.privateKey.export({ format: 'jwk' })
  const hidden = new Set([...Object.values(secrets), ...sent, ...derBody, d, encryptionKey])
  expect(hidden.size).toBeGreaterThan(20)

  const everything = [...out, ...proxies.map((proxy) => proxy.printed()), dump.text].join('\n')
  expect(everything.length).toBeGreaterThan(10_000)
  for (const value of hidden) {
    for (const form of secretForms(value)) expect(everything.includes(form), `a form of ${value}`).toBe(false)
  }
})

describe.each(['stopped', 'dead'])('with a Redis that is %s', (state) => {
  test('calls go on, each proxy with tokens of its own', async () => {
    if (state === 'stopped') redis.stop()
    else {
      redis.goOn()
      await redis.kill()
    }
    const before = performance.now()
    for (const proxy of proxies) {
      const sub = `${state}-user`
      expect(await call(proxy, 'assertion-plain', { sub })).toMatchObject({ status: 200 })
      expect(await call(proxy, 'token-plain')).toMatchObject({ status: 200 })
    }
    expect(performance.now() - before).toBeLessThan(10_000)
  })
})
