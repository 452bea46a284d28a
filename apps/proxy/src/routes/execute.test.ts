/** Bodies in both directions, through a real server to a real API. */
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { type Answering, type SampleApi, startSampleApi } from '../testing/sample-api.ts'
import { bearer, compiled, startTestProxy, type TestProxy } from '../testing/test-proxy.ts'

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const it of opened.splice(0).reverse()) await it.close()
})

async function serve(
  answer: Answering,
  definition: object = {},
): Promise<{ api: SampleApi; proxy: TestProxy }> {
  const api = await startSampleApi(answer)
  const connectors = [compiled({ permalink: 'it', url: `http://${api.host}/`, ...definition })]
  const proxy = await startTestProxy({ connectors, apis: [api.host] })
  opened.push(api, proxy)
  return { api, proxy }
}

const target = '/connectors/it/execute'
const ok: Answering = (incoming, outgoing) => incoming.on('end', () => outgoing.end('ok')).resume()
const post = { method: 'POST' }

describe('a payload', () => {
  test('of 5 MB arrives byte for byte, with its type', async () => {
    const bytes = randomBytes(5_000_000)
    const { api, proxy } = await serve(ok, post)
    const headers = { ...(await bearer()), 'content-type': 'image/png' }
    expect((await proxy.call(target, { method: 'POST', headers, body: bytes })).status).toBe(200)
    const [received] = api.received
    expect(received?.headers['content-type']).toBe('image/png')
    expect((await received?.body)?.equals(bytes)).toBe(true)
  })

  test('that grows over the limit is 413, and never reaches the API whole', async () => {
    const { api, proxy } = await serve(ok, post)
    const headers = { ...(await bearer()), 'transfer-encoding': 'chunked' }
    const answer = await proxy.call(target, {
      method: 'POST',
      headers,
      body: randomBytes(10 * 1024 * 1024 + 1),
    })
    expect(answer.headers['x-connector-error']).toBe('PAYLOAD_TOO_LARGE')
    expect(answer.status).toBe(413)
    for (const { body } of api.received) await expect(body).rejects.toThrow()
  })

  test('that an API which is not there cannot take is answered, not cut off', async () => {
    const { api, proxy } = await serve(ok, post)
    await api.close()
    const answer = await proxy.call(target, {
      method: 'POST',
      headers: await bearer(),
      body: randomBytes(500_000),
    })
    expect(answer.headers['x-connector-error']).toBe('UPSTREAM_UNREACHABLE')
  })

  test('that comes after its refusal leaves the connection as it is', async () => {
    const { proxy } = await serve(ok, post)
    const { authorization } = await bearer()
    // A session that is known is not waited for: the refusal is out before the payload is in.
    expect((await proxy.call(target, { method: 'POST', headers: { authorization } })).status).toBe(200)
    const { hostname, port } = new URL(proxy.url)
    const socket = connect(Number(port), hostname)
    socket.setEncoding('latin1')
    const head = (path: string, length: number) =>
      `POST ${path} HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: ${authorization}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`
    socket.write(`${head(`${target}?locked=1`, 300_000)}${' '.repeat(100_000)}`)
    expect(String(await once(socket, 'data'))).toContain('400 Bad Request')
    await sleep(50)
    socket.write(' '.repeat(200_000))
    await sleep(1000)
    socket.write(`${head(target, 2)}{}`)
    expect(String(await Promise.race([once(socket, 'data'), once(socket, 'close')]))).toContain('200 OK')
    socket.destroy()
  })

  test('whose caller goes away breaks off at the API as well', async () => {
    const { api, proxy } = await serve(ok, post)
    const headers = { ...(await bearer()), 'content-length': '1000000' }
    const { hostname, port } = new URL(proxy.url)
    const outgoing = request({ hostname, port, method: 'POST', path: target, headers })
    outgoing.on('error', () => undefined)
    outgoing.write(randomBytes(200_000))
    await expect.poll(() => api.received.length).toBe(1)
    outgoing.destroy()
    await expect(api.received[0]?.body).rejects.toThrow()
    await expect.poll(() => proxy.log.length).toBe(1)
    expect(proxy.log[0]).toMatchObject({ aborted: true })
  })
})

describe('an answer', () => {
  test('of 20 MB of binary data arrives byte for byte', async () => {
    const bytes = randomBytes(20_000_000)
    const { proxy } = await serve((_incoming, outgoing) => {
      outgoing.writeHead(200, { 'content-type': 'application/octet-stream' }).end(bytes)
    })
    const answer = await proxy.call(target, { headers: await bearer() })
    const digest = (data: Buffer) => createHash('sha256').update(data).digest('hex')
    expect(digest(answer.bytes)).toBe(digest(bytes))
  })

  test('that breaks off at the API never looks whole', async () => {
    const { proxy } = await serve((_incoming, outgoing) => {
      outgoing.writeHead(200, { 'content-type': 'text/plain' }).write('x'.repeat(2_000_000))
      setTimeout(() => outgoing.destroy(), 50)
    })
    await expect(proxy.call(target, { headers: await bearer() })).rejects.toThrow()
    await expect.poll(() => proxy.log[0]).toMatchObject({ status: 200, aborted: true })
  })

  test('that the API gives as its own error passes with its status', async () => {
    const { proxy } = await serve((_incoming, outgoing) => {
      outgoing.writeHead(503, { 'content-type': 'text/plain', 'retry-after': '9' }).end('theirs')
    })
    const answer = await proxy.call(target, { headers: await bearer() })
    expect(answer).toMatchObject({ status: 503, body: 'theirs' })
    expect(answer.headers['retry-after']).toBe('9')
    expect(answer.headers['x-connector-error']).toBeUndefined()
  })

  test.each([204, 205])('of status %i carries no body and no length', async (status) => {
    const { proxy } = await serve((_incoming, outgoing) => {
      outgoing.writeHead(status).end()
    })
    const answer = await proxy.call(target, { headers: await bearer() })
    expect([answer.status, answer.body]).toEqual([status, ''])
    expect(answer.headers['content-length'] ?? '0').toBe('0')
  })

  test('to HEAD carries the headers and no body', async () => {
    const { proxy } = await serve(
      (_incoming, outgoing) => {
        outgoing.writeHead(200, { 'content-type': 'text/plain', 'x-total': '7', 'content-length': '5' }).end()
      },
      { method: 'HEAD' },
    )
    const answer = await proxy.call(target, { method: 'HEAD', headers: await bearer() })
    expect([answer.status, answer.body, answer.headers['x-total']]).toEqual([200, '', '7'])
    expect(answer.headers['x-request-id']).toBeDefined()
  })

  test('that takes too long is 504, and its timing says so', async () => {
    const { proxy } = await serve(() => undefined, { timeout_ms: 100 })
    const answer = await proxy.call(target, { headers: await bearer() })
    expect(answer.status).toBe(504)
    expect(JSON.parse(String(answer.headers['x-connector-timing']))).toMatchObject({
      timeout: true,
      error: 'UPSTREAM_TIMEOUT',
    })
  })

  test('from the cache sends nothing and says so', async () => {
    const { api, proxy } = await serve((_incoming, outgoing) => {
      outgoing.writeHead(200, { 'cache-control': 'max-age=60' }).end('stored')
    })
    const call = { headers: await bearer() }
    await proxy.call(target, call)
    const hit = await proxy.call(target, call)
    expect(hit.body).toBe('stored')
    expect(hit.headers['cache-status']).toMatch(/^sluice; hit/)
    expect(JSON.parse(String(hit.headers['x-connector-timing'])).cache_hit).toBe(true)
    expect(api.received).toHaveLength(1)
  })
})

test('200 callers that go away midway leave no request open at the API, and the proxy goes on', async () => {
  const { api, proxy } = await serve((_incoming, outgoing) => {
    outgoing.writeHead(200, { 'content-type': 'application/octet-stream' })
    const timer = setInterval(() => outgoing.write(Buffer.alloc(16_384)), 5)
    outgoing.once('close', () => clearInterval(timer))
  })
  const headers = await bearer()
  const callers = Array.from({ length: 200 }, async (_, index) => {
    const controller = new AbortController()
    const response = await fetch(proxy.url + target, { headers, signal: controller.signal })
    await response.body?.getReader().read()
    await sleep(index % 20)
    controller.abort()
  })
  await Promise.all(callers)
  await expect.poll(() => api.openRequests(), { timeout: 10_000 }).toBe(0)
  await expect.poll(() => proxy.log.filter((line) => line.aborted === true).length).toBe(200)
  expect((await proxy.call('/healthz')).status).toBe(200)
})

test('callers that go away before the API has answered leave no request open', async () => {
  // Without a cache: otherwise one call goes out, and the others wait for its answer.
  const { api, proxy } = await serve(() => undefined, { cache: { enabled: false } })
  const headers = await bearer()
  const controller = new AbortController()
  const calls = Array.from({ length: 20 }, () =>
    fetch(proxy.url + target, { headers, signal: controller.signal }).catch(() => undefined),
  )
  await expect.poll(() => api.openRequests()).toBe(20)
  controller.abort()
  await Promise.all(calls)
  await expect.poll(() => api.openRequests()).toBe(0)
  expect(proxy.log.every((line) => line.aborted === true)).toBe(true)
})
