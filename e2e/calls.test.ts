/** What a call brings to the API, and what its answer brings to the browser. */
import { createHash, randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type RecordingApi, startRecordingApi } from './harness/recording-api.ts'
import { bearer, sessionSecret, sessionToken } from './harness/session-token.ts'
import { type SluiceDev, startSluiceDev } from './harness/sluice-dev.ts'
import { type WireAnswer, type WireCall, wireCall } from './harness/wire-call.ts'

const mebibyte = 1024 * 1024
const download = randomBytes(5 * mebibyte)
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
const base = "{{ get_variable('api') }}"
const origin = 'https://app.example.com'

let api: RecordingApi
let sluice: SluiceDev
let cacheableAnswers = 0

const registry = {
  connectors: [
    ...methods.map((method) => ({ name: `Method ${method}`, url: `${base}/method`, method })),
    { name: 'Upload', method: 'PUT', url: `${base}/upload` },
    { name: 'Download', url: `${base}/download` },
    { name: 'Zipped', url: `${base}/zipped` },
    { name: 'Cached', url: `${base}/cached` },
    { name: 'Tagged', url: `${base}/tagged` },
    { name: 'Created', method: 'POST', url: `${base}/created` },
    { name: 'Chatty', url: `${base}/chatty` },
    {
      name: 'Failing',
      url: `${base}/failing`,
      response_body: '{"problem": {{ response.json.error | json }}}',
    },
    { name: 'Slow', url: `${base}/slow`, timeout_ms: 300 },
    { name: 'Truncated', url: `${base}/truncated` },
    { name: 'Away', url: `${base}/away` },
    { name: 'Limited', url: `${base}/limited`, rate_limit: { requests: 2, per_seconds: 60, scope: 'user' } },
  ],
}

beforeAll(async () => {
  api = await startRecordingApi({
    method: (_, response) => void response.setHeader('x-seen', 'yes').end(),
    upload: (_, response, body) => void response.end(createHash('sha256').update(body).digest('hex')),
    download: (_, response) => {
      response.setHeader('content-type', 'application/octet-stream')
      response.setHeader('content-length', download.length).end(download)
    },
    zipped: (_, response) => void response.setHeader('content-encoding', 'gzip').end(gzipSync('plain text')),
    cached: (_, response) => {
      cacheableAnswers++
      response.setHeader('cache-control', 'max-age=60').end(`answer ${cacheableAnswers}`)
    },
    tagged: (_, response) => void response.setHeader('etag', '"v1"').end('tagged'),
    created: (_, response) => void response.writeHead(201, { location: '/leads/7?x=1' }).end('{}'),
    chatty: (_, response) => {
      response.setHeader('set-cookie', 'session=theirs')
      response.setHeader('server', 'Acme/1.0')
      response.setHeader('x-powered-by', 'Acme')
      response.setHeader('access-control-allow-origin', '*')
      response.setHeader('content-security-policy', 'default-src *')
      response.setHeader('x-connector-error', 'FORGED')
      response.setHeader('x-request-id', 'forged')
      response.setHeader('connection', 'x-hop')
      response.setHeader('x-hop', '1')
      response.setHeader('x-latin', 'caf\u00e9')
      // With a string Node would send the head as UTF-8.
      response.setHeader('link', '</next>; rel="next"').end(Buffer.from('{}'))
    },
    failing: (_, response) => {
      response.writeHead(503, { 'retry-after': '9' }).end('{"error":"down","trace":"internal"}')
    },
    slow: () => {},
    truncated: (request, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('only this')
      setTimeout(() => request.socket.destroy(), 50)
    },
    away: (_, response) => void response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
  })
  sluice = await startSluiceDev({
    registry,
    config: {
      tenant_id: 'demo',
      session_secret: sessionSecret,
      variables: { api: api.origin },
      allow_upstreams: [`127.0.0.1:${api.port}`],
      origins: [origin],
    },
  })
})

afterAll(async () => {
  await sluice?.stop()
  await api?.close()
})

beforeEach(() => {
  api.received.length = 0
})

const execute = (permalink: string) => `/connectors/${permalink}/execute`

async function call(wire: WireCall, claims = {}): Promise<WireAnswer> {
  return wireCall(sluice.url, { ...wire, headers: [await bearer(claims), ...(wire.headers ?? [])] })
}

describe('each of the seven methods', () => {
  test.each(methods)('%s arrives as itself', async (method) => {
    const answer = await call({ method, target: execute(`method-${method.toLowerCase()}`) })
    expect(answer.status).toBe(200)
    expect(answer.headers['x-seen']).toBe('yes')
    expect(api.received).toMatchObject([{ method, target: '/method' }])
  })

  test.each(methods)(
    'a call of a %s connector with another method is 405 and sends nothing',
    async (method) => {
      for (const other of ['TRACE', 'PROPFIND', ...methods]) {
        if (other === method) continue
        const answer = await call({ method: other, target: execute(`method-${method.toLowerCase()}`) })
        expect([other, answer.status, answer.headers.allow]).toEqual([other, 405, method])
      }
      expect(api.received).toEqual([])
    },
  )
})

describe('bodies', () => {
  const payload = randomBytes(5 * mebibyte)

  test.each([
    ['announced', [['Content-Length', String(payload.length)]]],
    ['chunked', [['Transfer-Encoding', 'chunked']]],
  ] as const)('a 5 MB upload arrives byte for byte, %s', async (_, headers) => {
    const wire = { method: 'PUT', target: execute('upload'), body: payload }
    const answer = await call({ ...wire, headers: [...headers, ['Content-Type', 'application/x-thing']] })
    expect(answer.text).toBe(createHash('sha256').update(payload).digest('hex'))
    expect(api.received[0]?.body.equals(payload)).toBe(true)
    expect(api.received[0]?.headers['content-type']).toBe('application/x-thing')
  })

  test('a 5 MB download arrives byte for byte', async () => {
    const answer = await call({ target: execute('download') })
    expect(answer.headers['content-length']).toBe(String(download.length))
    expect(answer.body.equals(download)).toBe(true)
  })

  test('a coded body arrives decoded, and says so', async () => {
    const answer = await call({ target: execute('zipped') })
    expect(answer.text).toBe('plain text')
    expect(answer.headers).not.toHaveProperty('content-encoding')
  })

  test('more than 10 MiB is refused, announced or not, and never reaches the API whole', async () => {
    const body = Buffer.alloc(10 * mebibyte + 1)
    const wire = { method: 'PUT', target: execute('upload'), body }
    const announced = await call(wire)
    expect(announced.json()).toMatchObject({ status: 413, code: 'PAYLOAD_TOO_LARGE' })
    const chunked = await call({ ...wire, headers: [['Transfer-Encoding', 'chunked']] })
    expect(chunked.json()).toMatchObject({ status: 413, code: 'PAYLOAD_TOO_LARGE' })
    expect(api.received).toEqual([])
  })

  test('a payload on a method without one is refused', async () => {
    const answer = await call({ target: execute('method-get'), body: 'x' })
    expect(answer.json()).toMatchObject({ status: 400, code: 'INVALID_REQUEST' })
    expect(api.received).toEqual([])
  })

  test('a body that the API cuts short never ends as if it were whole', async () => {
    await expect(call({ target: execute('truncated') })).rejects.toThrow()
  })
})

describe('headers of an answer', () => {
  test('what the proxy sets, on answers and on problems', async () => {
    const answer = await call({ target: execute('chatty'), headers: [['X-Request-ID', 'my.id-1']] })
    const problem = await call({ target: execute('no-such'), headers: [['X-Request-ID', 'not allowed!']] })
    expect(answer.headers['x-request-id']).toBe('my.id-1')
    expect(problem.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    expect(problem.json().request_id).toBe(problem.headers['x-request-id'])
    for (const { headers } of [answer, problem]) {
      expect(headers['x-content-type-options']).toBe('nosniff')
      expect(headers['content-security-policy']).toBe("sandbox; default-src 'none'")
      const vary = headers.vary?.split(/, */)
      expect(vary).toEqual(['Authorization', 'Cookie', 'Origin', 'X-Path-Params', 'X-Header-Params'])
      expect(headers['server-timing']).toMatch(/^setup;dur=\d+\.\d, .*total;dur=\d+\.\d$/)
      expect(JSON.parse(String(headers['x-connector-timing']))).toMatchObject({
        request_id: headers['x-request-id'],
        total_ms: expect.any(Number),
        internal_ms: expect.any(Number),
        external_ms: expect.any(Number),
        breakdown: {
          setup_ms: expect.any(Number),
          transform_ms: expect.any(Number),
          auth_ms: expect.any(Number),
          cache_ms: expect.any(Number),
          http_request_ms: expect.any(Number),
        },
        cache_hit: false,
      })
    }
    expect(answer.headers).not.toHaveProperty('x-connector-error')
    expect(problem.headers['x-connector-error']).toBe('CONNECTOR_NOT_FOUND')
    expect(problem.headers['cache-control']).toBe('no-store')
  })

  test('what an API may not say to the browser', async () => {
    const { headers } = await call({ target: execute('chatty') })
    for (const name of ['set-cookie', 'server', 'x-powered-by', 'access-control-allow-origin', 'x-hop']) {
      expect(headers).not.toHaveProperty(name)
    }
    expect(headers['x-latin']).toBe('caf\u00e9')
    expect(headers.link).toBe('</next>; rel="next"')
    expect(JSON.stringify(headers)).not.toContain(String(api.port))
  })

  test('where something was created arrives as path and query only', async () => {
    const { status, headers } = await call({ method: 'POST', target: execute('created') })
    expect([status, headers.location, headers['x-upstream-location']]).toEqual([
      201,
      undefined,
      '/leads/7?x=1',
    ])
  })

  test('Cache-Status tells what happened, and a hit asks nobody', async () => {
    const first = await call({ target: execute('cached') })
    const second = await call({ target: execute('cached') }, { sub: '8' })
    expect(first.headers['cache-status']).toBe('sluice; fwd=uri-miss; stored')
    expect(second.headers['cache-status']).toMatch(/^sluice; hit; ttl=(60|59)$/)
    expect(second.headers.age).toMatch(/^[01]$/)
    expect(second.headers['cache-control']).toMatch(/^private, max-age=(60|59)$/)
    expect(second.text).toBe(first.text)
    expect(api.received).toHaveLength(1)
    expect(JSON.parse(String(second.headers['x-connector-timing']))).toMatchObject({ cache_hit: true })
  })

  test('If-None-Match is answered 304 from the ETag of what would be sent', async () => {
    const answer = await call({ target: execute('tagged'), headers: [['If-None-Match', 'W/"v1"']] })
    expect([answer.status, answer.text, answer.headers.etag]).toEqual([304, '', '"v1"'])
    expect(api.received[0]?.headers).not.toHaveProperty('if-none-match')
  })
})

describe('requests that HTTP itself would answer', () => {
  const speak = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const { hostname, port } = new URL(sluice.url)
      const socket = connect(Number(port), hostname, () => socket.write(text))
      let heard = ''
      socket.on('data', (data) => {
        heard += data
      })
      socket.on('error', reject)
      socket.on('close', () => resolve(heard))
    })
  const end = 'Host: x\r\nConnection: close\r\n'

  test.each([
    ['CONNECT', `CONNECT 127.0.0.1:80 HTTP/1.1\r\n${end}\r\n`],
    ['a target that is none', `GET http:// HTTP/1.1\r\n${end}\r\n`],
    ['no HTTP at all', 'nonsense\r\n\r\n'],
  ])('%s is a problem that speaks', async (_, text) => {
    const heard = await speak(text)
    expect(heard).toMatch(/^HTTP\/1\.1 400 /)
    expect(heard).toMatch(/x-connector-error: INVALID_REQUEST/i)
    expect(heard).toMatch(/x-request-id: \S+/i)
  })

  test('an expectation that nobody knows is ignored', async () => {
    expect(await speak(`GET /healthz HTTP/1.1\r\n${end}Expect: bogus\r\n\r\n`)).toMatch(/^HTTP\/1\.1 200 /)
  })

  test.each([
    ['two Hosts', [['Host', 'other']]],
    [
      'two content types',
      [
        ['Content-Type', 'a/b'],
        ['Content-Type', 'c/d'],
      ],
    ],
    ['a coded payload', [['Transfer-Encoding', 'gzip, chunked']]],
    ['a payload with Content-Encoding', [['Content-Encoding', 'gzip']]],
  ] as const)('%s are malformed', async (_, headers) => {
    const answer = await call({ method: 'POST', target: execute('method-post'), headers, body: 'x' })
    expect(answer.json()).toMatchObject({ status: 400, code: 'INVALID_REQUEST' })
    expect(api.received).toEqual([])
  })
})

describe('failures', () => {
  test('an upstream’s own error passes, through the response template too', async () => {
    const answer = await call({ target: execute('failing') })
    expect(answer.status).toBe(503)
    expect(answer.json()).toEqual({ problem: 'down' })
    expect(answer.headers['retry-after']).toBe('9')
    expect(answer.headers).not.toHaveProperty('x-connector-error')
  })

  test('an API that does not answer in time is 504', async () => {
    const answer = await call({ target: execute('slow') })
    expect(answer.json()).toMatchObject({ status: 504, code: 'UPSTREAM_TIMEOUT', stage: 'send' })
    expect(JSON.parse(String(answer.headers['x-connector-timing']))).toMatchObject({
      timeout: true,
      error: 'UPSTREAM_TIMEOUT',
    })
  })

  test('a redirect to another place is not followed', async () => {
    const answer = await call({ target: execute('away') })
    expect(answer.json()).toMatchObject({ status: 502, code: 'UPSTREAM_REDIRECT', upstream_status: 302 })
    expect(answer.text).not.toContain('169.254')
  })

  test('a limit of the definition is 429 with when to come back', async () => {
    const claims = { sub: 'limited' }
    const first = await call({ target: execute('limited') }, claims)
    expect(first.headers.ratelimit).toBeDefined()
    await call({ target: execute('limited') }, claims)
    const third = await call({ target: execute('limited') }, claims)
    expect(third.json()).toMatchObject({ status: 429, code: 'RATE_LIMITED' })
    expect(Number(third.headers['retry-after'])).toBeGreaterThan(0)
    expect((await call({ target: execute('limited') }, { sub: 'other' })).status).toBe(200)
  })
})

describe('origins', () => {
  const preflight = (from: string) =>
    wireCall(sluice.url, {
      method: 'OPTIONS',
      target: execute('method-post'),
      headers: [
        ['Origin', from],
        ['Access-Control-Request-Method', 'POST'],
        ['Access-Control-Request-Headers', 'authorization,content-type,x-path-params'],
      ],
    })

  test('a listed origin may call and read every header of ours', async () => {
    const asked = await preflight(origin)
    expect(asked.status).toBe(204)
    expect(asked.headers['access-control-allow-origin']).toBe(origin)
    expect(asked.headers['access-control-allow-headers']?.toLowerCase()).toContain('x-path-params')
    expect(api.received).toEqual([])
    const answer = await call({ target: execute('method-get'), headers: [['Origin', origin]] })
    expect(answer.headers['access-control-allow-origin']).toBe(origin)
    const exposed = answer.headers['access-control-expose-headers']?.toLowerCase() ?? ''
    for (const name of [
      'x-request-id',
      'cache-status',
      'x-connector-error',
      'x-connector-timing',
      'server-timing',
    ]) {
      expect(exposed).toContain(name)
    }
  })

  test.each([
    'https://evil.example',
    'null',
    'https://app.example.com.evil.example',
    'http://app.example.com',
  ])('from %s nothing is granted, and no state is changed', async (from) => {
    expect((await preflight(from)).headers).not.toHaveProperty('access-control-allow-origin')
    const read = await call({ target: execute('method-get'), headers: [['Origin', from]] })
    expect(read.headers).not.toHaveProperty('access-control-allow-origin')
    api.received.length = 0
    const write = await call({ method: 'POST', target: execute('method-post'), headers: [['Origin', from]] })
    expect(write.json()).toMatchObject({ status: 403, code: 'ORIGIN_NOT_ALLOWED' })
    expect(api.received).toEqual([])
  })

  test('a cookie session needs a CSRF token that belongs to it', async () => {
    const cookie = (token: string) => ['Cookie', `sluice_session=${token}`] as const
    const token = await sessionToken()
    const post = (headers: readonly (readonly [string, string])[]) =>
      wireCall(sluice.url, {
        method: 'POST',
        target: execute('method-post'),
        headers: [['Origin', origin], cookie(token), ...headers],
      })
    expect((await post([])).json()).toMatchObject({ status: 403, code: 'CSRF_FAILED' })
    const handOut = (session: string) =>
      wireCall(sluice.url, { target: '/connectors/csrf', headers: [['Origin', origin], cookie(session)] })
    const stranger = await handOut(await sessionToken({ sub: '8' }))
    const foreign = String(Object.values(stranger.json())[0])
    expect((await post([['X-CSRF-Token', foreign]])).json()).toMatchObject({ code: 'CSRF_FAILED' })
    expect(api.received).toEqual([])
    const own = String(Object.values((await handOut(token)).json())[0])
    expect((await post([['X-CSRF-Token', own]])).status).toBe(200)
  })
})
