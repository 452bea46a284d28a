/** Browsers that go away amid a body must leave nothing behind. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RecordingApi, startRecordingApi } from './harness/recording-api.ts'
import { bearer, sessionSecret } from './harness/session-token.ts'
import { type SluiceDev, startSluiceDev } from './harness/sluice-dev.ts'
import { wireCall } from './harness/wire-call.ts'

const clients = 200
const chunk = Buffer.alloc(64 * 1024, 'x')

let api: RecordingApi
let sluice: SluiceDev
let started = 0

beforeAll(async () => {
  api = await startRecordingApi({
    endless: (_, response) => {
      started++
      const write = () => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', write)
      }
      write()
    },
    // Written by hand: Node itself sends no body with a 205.
    reset: ({ socket }) => {
      socket.write('HTTP/1.1 205 Reset Content\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n')
    },
    silent: () => {
      started++
    },
  })
  sluice = await startSluiceDev({
    registry: {
      connectors: [
        { name: 'Endless', url: "{{ get_variable('api') }}/endless" },
        { name: 'Silent', url: "{{ get_variable('api') }}/silent" },
        { name: 'Upload', method: 'PUT', url: "{{ get_variable('api') }}/upload" },
        { name: 'Rendered', method: 'POST', url: "{{ get_variable('api') }}/fine", request_body: '{}' },
        { name: 'Reset', url: "{{ get_variable('api') }}/reset" },
        { name: 'Fine', url: "{{ get_variable('api') }}/fine" },
      ],
    },
    config: {
      tenant_id: 'demo',
      session_secret: sessionSecret,
      variables: { api: api.origin },
      allow_upstreams: [`127.0.0.1:${api.port}`],
    },
  })
})

afterAll(async () => {
  await sluice?.stop()
  await api?.close()
})

async function abortedClient(permalink: string, method: string, afterBytes: number): Promise<void> {
  const { hostname, port } = new URL(sluice.url)
  const [name, value] = await bearer()
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  const length = method === 'PUT' ? 'Content-Length: 1000000\r\n' : ''
  socket.write(
    `${method} /connectors/${permalink}/execute HTTP/1.1\r\nHost: x\r\n${name}: ${value}\r\n${length}\r\n`,
  )
  if (method === 'PUT') socket.write(chunk)
  let seen = 0
  if (afterBytes > 0) {
    for await (const data of socket) {
      seen += (data as Buffer).length
      if (seen >= afterBytes) break
    }
  } else {
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  socket.destroy()
  if (!socket.closed) await once(socket, 'close')
}

async function nothingIsLeft(): Promise<void> {
  await expect.poll(() => api.open(), { timeout: 10_000 }).toBe(0)
  const answer = await wireCall(sluice.url, { target: '/connectors/fine/execute', headers: [await bearer()] })
  expect(answer.status).toBe(200)
  expect(sluice.printed()).not.toMatch(/ERR_INVALID_STATE|uncaught|unhandled/i)
}

test('200 clients that abort amid a download leave no upstream request open, and no crash', async () => {
  started = 0
  await Promise.all(Array.from({ length: clients }, (_, n) => abortedClient('endless', 'GET', 1 + n * 1000)))
  expect(started).toBe(clients)
  await nothingIsLeft()
})

test('200 clients that abort before the first byte neither', async () => {
  started = 0
  await Promise.all(Array.from({ length: clients }, () => abortedClient('silent', 'GET', 0)))
  expect(started).toBeGreaterThan(0)
  await nothingIsLeft()
})

test('200 clients that abort amid an upload neither, and none of it arrives whole', async () => {
  api.received.length = 0
  await Promise.all(Array.from({ length: clients }, () => abortedClient('upload', 'PUT', 0)))
  await nothingIsLeft()
  expect(api.received.filter((request) => request.method === 'PUT')).toEqual([])
})

test('200 clients that are gone before their session is verified neither', async () => {
  const { hostname, port } = new URL(sluice.url)
  const leave = async (permalink: string, n: number) => {
    // A token of its own each: one that was seen before is verified at once.
    const [name, value] = await bearer({ jti: `${permalink}-${n}` })
    const method = permalink === 'rendered' ? 'POST' : 'GET'
    const length = method === 'POST' ? 'Content-Length: 1000\r\n' : ''
    const socket = connect(Number(port), hostname)
    socket.on('error', () => {})
    const head = `${method} /connectors/${permalink}/execute HTTP/1.1\r\nHost: x\r\n${name}: ${value}\r\n${length}\r\n`
    await new Promise<void>((resolve) =>
      socket.write(`${head}${method === 'POST' ? '{"a":' : ''}`, () => resolve()),
    )
    socket.resetAndDestroy()
  }
  await Promise.all(Array.from({ length: clients }, (_, n) => leave(n % 2 === 0 ? 'silent' : 'rendered', n)))
  await nothingIsLeft()
})

test.each([
  ['nonsense', '\u0001nonsense\r\n\r\n'],
  ['nonsense behind another request', 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n\u0001nonsense\r\n\r\n'],
  ['CONNECT', 'CONNECT 127.0.0.1:80 HTTP/1.1\r\nHost: x\r\n\r\n'],
])('%s is not answered amid the body of another answer', async (_, second) => {
  const { hostname, port } = new URL(sluice.url)
  const [name, value] = await bearer()
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  socket.write(`GET /connectors/endless/execute HTTP/1.1\r\nHost: x\r\n${name}: ${value}\r\n\r\n`)
  let heard = ''
  socket.on('data', (data) => {
    if (heard === '') socket.write(second)
    heard += data.toString('latin1')
  })
  // By a reset, for its body is cut: `once` would take that for a failure.
  await new Promise((resolve) => socket.on('close', resolve))
  expect(heard).toMatch(/^HTTP\/1\.1 200 /)
  expect(heard.match(/HTTP\/1\.1/g)).toHaveLength(1)
  await nothingIsLeft()
})

test('an API that goes on after a 205 is not listened to', async () => {
  const answer = await wireCall(sluice.url, {
    target: '/connectors/reset/execute',
    headers: [await bearer()],
  })
  expect([answer.status, answer.text]).toEqual([205, ''])
  await nothingIsLeft()
})
