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

describe('health', () => {
  test('the process is alive before it is ready, and ready once connectors are loaded', async () => {
    const proxy = await proxyFor({ tenants: [] })
    expect((await proxy.call('/healthz')).status).toBe(200)
    expect((await proxy.call('/readyz')).status).toBe(503)
    proxy.services.connectors.replace('acme', [])
    expect((await proxy.call('/readyz')).status).toBe(200)
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
