import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { maxHeaderBytes } from './http/client-error.ts'
import { httpCall } from './testing/http-call.ts'
import { type SampleApi, startSampleApi } from './testing/sample-api.ts'
import {
  bearer,
  compiled,
  startTestProxy,
  type TestProxy,
  type TestProxyOptions,
} from './testing/test-proxy.ts'

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const it of opened.splice(0).reverse()) await it.close()
})

async function api(answer: Parameters<typeof startSampleApi>[0]): Promise<SampleApi> {
  const started = await startSampleApi(answer)
  opened.push(started)
  return started
}

async function proxyFor(options: TestProxyOptions = {}): Promise<TestProxy> {
  const proxy = await startTestProxy(options)
  opened.push(proxy)
  return proxy
}

/** Writes bytes and gives everything that comes back until the connection ends. */
function raw(url: string, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(bytes))
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(text))
  })
}

describe('what is no valid request', () => {
  test.each([
    ['bytes that are not HTTP', 'SENTINEL\r\n\r\n'],
    ['a bad header line', 'GET / HTTP/1.1\r\nHost: a\r\nSENTINEL bad\r\n\r\n'],
    ['headers that are too long', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(maxHeaderBytes)}\r\n\r\n`],
    ['no Host', 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['a Host that is none', 'GET /healthz HTTP/1.1\r\nHost: SENTINEL a\r\nConnection: close\r\n\r\n'],
    ['a request target that is no path', 'GET SENTINEL HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    [
      'a length and chunks at once',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
  ])('is answered as a problem that quotes nothing: %s', async (_what, bytes) => {
    const { url } = await proxyFor()
    const answer = await raw(url, bytes)
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer).toMatch(/x-connector-error: INVALID_REQUEST/i)
    expect(answer).toMatch(/x-request-id: [0-9a-f-]{36}/i)
    expect(answer).not.toContain('SENTINEL')
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({
      code: 'INVALID_REQUEST',
      status: 400,
    })
  })
})

describe('a request that could be read in two ways is refused', () => {
  const get = (target: string, version = 'HTTP/1.1', more = '') =>
    `GET ${target} ${version}\r\nHost: a.example\r\nConnection: close\r\n${more}\r\n`

  test.each([
    ['HTTP/2.0 spoken as 1.1', get('/healthz', 'HTTP/2.0')],
    ['HTTP/1.2', get('/healthz', 'HTTP/1.2')],
    ['HTTP/0.9', 'GET /healthz\r\n\r\n'],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a transfer coding on HTTP/1.0', get('/healthz', 'HTTP/1.0', 'Transfer-Encoding: chunked\r\n')],
    ['a fragment', get('/healthz#x')],
    ['a fragment in the query', get('/healthz?x#y')],
    ['an absolute target for another host', get('http://b.example/healthz')],
    ['an absolute target for another port', get('http://a.example:81/healthz')],
    ['an absolute target with userinfo', get('http://b@a.example/healthz')],
    ['another scheme', get('ftp://a.example/healthz')],
    ['no path at all', get('*')],
    ['a dot segment', get('/connectors/../healthz')],
    ['a dot segment in an absolute target', get('http://a.example/x/../healthz')],
    ['a single dot', get('/./healthz')],
    ['an encoded dot segment', get('/connectors/%2e%2E/healthz')],
    ['a half encoded one', get('/connectors/.%2e/healthz')],
    ['one behind an encoded slash', get('/connectors/x%2f..%2fhealthz')],
    ['one behind a backslash', get('/connectors\\..\\healthz')],
    ['one that ends at a semicolon', get('/connectors/..;x/healthz')],
    ['one at the end', get('/healthz/..')],
    ['CONNECT', 'CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n'],
  ])('%s', async (_what, bytes) => {
    const { url } = await proxyFor()
    const text = await raw(url, bytes)
    expect(text).toMatch(/^HTTP\/1\.1 400 /)
    expect(text).toMatch(/x-connector-error: INVALID_REQUEST/i)
    expect(text.match(/HTTP\/1\.1 \d/g)).toHaveLength(1)
  })

  test.each([
    ['an absolute target for this host', get('http://a.example/healthz')],
    ['with its default port and a final dot', get('http://A.example.:80/healthz')],
    ['HTTP/1.0', get('/healthz', 'HTTP/1.0')],
    ['dots that are no segment', get('/healthz?next=/a/../b')],
  ])('and no other is: %s', async (_what, bytes) => {
    const { url } = await proxyFor()
    expect(await raw(url, bytes)).toMatch(/^HTTP\/1\.1 200 /)
  })

  test('what follows it on its connection is not run, also while one before it still is', async () => {
    const upstream = await api((_incoming, outgoing) => void setTimeout(() => outgoing.end('ok'), 100))
    const open = compiled({
      permalink: 'open',
      url: `http://${upstream.host}/`,
      access: 'anonymous',
      cache: { enabled: false, invalidates: [] },
    })
    const { url } = await proxyFor({ defaultTenantId: 'acme', connectors: [open], apis: [upstream.host] })
    const execute = 'GET /connectors/open/execute HTTP/1.1\r\nHost: a.example\r\n\r\n'
    const text = await raw(url, `${execute}GET /x#y HTTP/1.1\r\nHost: a.example\r\n\r\n${execute}`)
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400'])
    expect(upstream.received).toHaveLength(1)
  })
})

describe('a malformed request gets its 400 in its turn, behind the responses before it', () => {
  const execute = (target = '/connectors/open/execute') => `GET ${target} HTTP/1.1\r\nHost: a.example\r\n\r\n`

  async function slowProxy(handle: Parameters<typeof startSampleApi>[0]) {
    const upstream = await api(handle)
    const url = `http://${upstream.host}/`
    const connectors = [
      compiled({ permalink: 'open', url, access: 'anonymous', cache: { enabled: false, invalidates: [] } }),
      compiled({ permalink: 'write', url, access: 'anonymous', method: 'POST' }),
    ]
    return proxyFor({ defaultTenantId: 'acme', connectors, apis: [upstream.host] })
  }

  test.each([
    ['no HTTP', 'NONSENSE\r\n\r\n'],
    ['a bad header', 'GET / HTTP/1.1\r\nbad header\r\n\r\n'],
    ['CONNECT', 'CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n'],
    ['a fragment', execute('/x#y')],
    ['another version', 'GET / HTTP/2.0\r\nHost: a.example\r\n\r\n'],
  ])('%s', async (_what, malformed) => {
    let served = 0
    const proxy = await slowProxy((_incoming, outgoing) => {
      served += 1
      // Whole heads and bodies, in pieces: the 400 may neither overtake them nor come amid them.
      outgoing.write(`first-${served}`)
      setTimeout(() => outgoing.end('last'), 100)
    })
    const text = await raw(proxy.url, `${execute()}${execute()}${malformed}`)
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 400'])
    expect(text.match(/last/g)).toHaveLength(2)
    expect(text.indexOf('HTTP/1.1 400')).toBeGreaterThan(text.lastIndexOf('last'))
    expect(text).toMatch(/x-connector-error: INVALID_REQUEST/i)
  })

  test('also where its payload is what is malformed', async () => {
    const proxy = await slowProxy((_incoming, outgoing) => void setTimeout(() => outgoing.end('last'), 100))
    const chunked =
      'POST /connectors/write/execute HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n'
    const text = await raw(proxy.url, `${execute()}${chunked}zz\r\n`)
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400'])
  })
})

describe('health', () => {
  test('the process is alive before it is ready, and ready once connectors are loaded', async () => {
    const proxy = await proxyFor({ tenants: [] })
    expect((await proxy.call('/healthz')).status).toBe(200)
    expect((await proxy.call('/readyz')).status).toBe(503)
    proxy.services.connectors.replace('acme', [])
    expect((await proxy.call('/readyz')).status).toBe(200)
  })

  test('a load balancer that probes with HTTP/1.0 and no Host gets yes or no', async () => {
    const proxy = await proxyFor({ tenants: [] })
    const probe = (path: string) => raw(proxy.url, `GET ${path} HTTP/1.0\r\n\r\n`)
    expect(await probe('/healthz')).toMatch(/^HTTP\/1\.1 200 [\s\S]*\{"status":"ok"\}$/)
    expect(await probe('/readyz')).toMatch(/^HTTP\/1\.1 503 [\s\S]*\{"status":"loading"\}$/)
    proxy.services.connectors.replace('acme', [])
    expect(await probe('/readyz')).toMatch(/^HTTP\/1\.1 200 [\s\S]*\{"status":"ready"\}$/)
    expect(await probe('/connectors/manifest')).toMatch(/^HTTP\/1\.1 400 /)
  })
})

test('calls run with the services that are in use when they arrive; those in flight keep theirs', async () => {
  const slow = await api((_incoming, outgoing) => {
    setTimeout(() => outgoing.end('old'), 100)
  })
  const proxy = await proxyFor({
    connectors: [compiled({ permalink: 'it', url: `http://${slow.host}/` })],
    apis: [slow.host],
  })
  const headers = await bearer()
  const inFlight = proxy.call('/connectors/it/execute', { headers })
  await expect.poll(() => slow.received.length).toBe(1)
  const other = await proxyFor()
  proxy.use(other.services)
  expect((await proxy.call('/connectors/it/execute', { headers })).status).toBe(404)
  expect(await inFlight).toMatchObject({ status: 200, body: 'old' })
})

describe('a shutdown', () => {
  test('finishes the call in flight, takes no new connection, and then is over', async () => {
    const slow = await api((_incoming, outgoing) => {
      outgoing.writeHead(200).write('first ')
      setTimeout(() => outgoing.end('last'), 200)
    })
    const connectors = [compiled({ permalink: 'slow', url: `http://${slow.host}/` })]
    const proxy = await startTestProxy({ connectors, apis: [slow.host] })
    const call = proxy.call('/connectors/slow/execute', { headers: await bearer() })
    await expect.poll(() => slow.received.length).toBe(1)

    const closing = proxy.close()
    await expect(httpCall(proxy.url, '/healthz')).rejects.toThrow()
    expect(await call).toMatchObject({ status: 200, body: 'first last' })
    await closing
  })

  test('does not wait for connections that never bore a request, or bear none any more', async () => {
    const proxy = await startTestProxy()
    const port = Number(new URL(proxy.url).port)
    const silent = connect(port, '127.0.0.1')
    const kept = connect(port, '127.0.0.1', () => kept.write('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n'))
    await new Promise((resolve) => kept.once('data', resolve))
    const ended = Promise.all(
      [silent, kept].map((socket) => new Promise((resolve) => socket.once('close', resolve))),
    )
    silent.resume()
    await proxy.close()
    await ended
  })

  test('refuses calls that still arrive, with Retry-After', async () => {
    const proxy = await proxyFor({ connectors: [compiled({ permalink: 'any' })] })
    proxy.services.lifecycle.beginShutdown()
    const answer = await proxy.call('/connectors/any/execute', { headers: await bearer() })
    expect(answer.status).toBe(503)
    expect(answer.headers).toMatchObject({
      'x-connector-error': 'SHUTTING_DOWN',
      'retry-after': '1',
      connection: 'close',
    })
    expect((await proxy.call('/readyz')).status).toBe(503)
  })
})
