/** Behind a real nginx with its defaults, which speaks HTTP/1.0 to what is behind it. */
import { once } from 'node:events'
import { request } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningNginx, startNginx } from '../tooling/nginx.ts'
import { bearer, sessionSecret } from './harness/session-token.ts'
import { type SluiceDev, startSluiceDev } from './harness/sluice-dev.ts'

const piece = 'x'.repeat(100_000)
const plain = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n'

/** How the API frames its body, and how it ends. */
const responses: Readonly<Record<string, (socket: Socket) => void>> = {
  'length-cut': (socket) => cutLater(socket, `${plain}Content-Length: 1000000\r\n\r\n${piece}`),
  'chunked-cut': (socket) =>
    cutLater(
      socket,
      `${plain}Transfer-Encoding: chunked\r\n\r\n${piece.length.toString(16)}\r\n${piece}\r\n`,
    ),
  'close-reset': (socket) => {
    socket.write(`${plain}Connection: close\r\n\r\n${piece}`)
    setTimeout(() => socket.resetAndDestroy(), 200)
  },
  'length-whole': (socket) => socket.end(`${plain}Content-Length: ${piece.length}\r\n\r\n${piece}`),
  'chunked-whole': (socket) =>
    socket.end(
      `${plain}Transfer-Encoding: chunked\r\n\r\n${piece.length.toString(16)}\r\n${piece}\r\n0\r\n\r\n`,
    ),
  'close-whole': (socket) => socket.end(`${plain}Connection: close\r\n\r\n${piece}`),
  events: (socket) => {
    socket.write(
      'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata: first\n\n',
    )
    streaming.push(socket)
  },
}

const streaming: Socket[] = []

function cutLater(socket: Socket, text: string): void {
  socket.write(text)
  setTimeout(() => socket.end(), 200)
}

let api: Server
let sluice: SluiceDev
let nginx: RunningNginx

beforeAll(async () => {
  api = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', (bytes) => responses[/^GET \/([\w-]+)/.exec(String(bytes))?.[1] ?? '']?.(socket))
  }).listen(0, '127.0.0.1')
  await once(api, 'listening')
  const host = `127.0.0.1:${(api.address() as AddressInfo).port}`
  sluice = await startSluiceDev({
    registry: {
      connectors: Object.keys(responses).map((name) => ({
        name,
        permalink: name,
        url: `http://${host}/${name}`,
      })),
    },
    config: { tenant_id: 'demo', session_secret: sessionSecret, allow_upstreams: [host] },
  })
  nginx = await startNginx(`location / { proxy_pass ${sluice.url}; }`)
})

afterAll(async () => {
  await nginx?.stop()
  await sluice?.stop()
  api?.close()
})

/** A response as nginx's client sees it: its body, and whether it took that for whole. */
async function ask(permalink: string, onText: (text: string) => void = () => undefined) {
  const [name, value] = await bearer()
  const outgoing = request(`${nginx.url}/connectors/${permalink}/execute`, {
    headers: { [name]: value },
  }).end()
  const [incoming] = await once(outgoing, 'response')
  let body = ''
  incoming.setEncoding('latin1').on('data', (text: string) => {
    body += text
    onText(body)
  })
  const isWhole = await new Promise<boolean>((resolve) => {
    incoming.on('end', () => resolve(true)).on('error', () => resolve(false))
  })
  return { status: incoming.statusCode, body, isWhole }
}

describe('a body', () => {
  test.each(['length-cut', 'chunked-cut', 'close-reset'])(
    'that the API cuts never looks whole: %s',
    async (kind) => {
      const { status, body, isWhole } = await ask(kind)
      expect([status, isWhole]).toEqual([200, false])
      expect(body.length).toBeLessThanOrEqual(piece.length)
    },
  )

  test.each(['length-whole', 'chunked-whole', 'close-whole'])(
    'that is whole arrives whole: %s',
    async (kind) => {
      expect(await ask(kind)).toEqual({ status: 200, body: piece, isWhole: true })
    },
  )
})

test('events leave as they come, though nginx buffers by default', async () => {
  let seen = ''
  const asked = ask('events', (text) => {
    seen = text
  })
  await expect.poll(() => seen, { timeout: 10_000 }).toBe('data: first\n\n')
  streaming[0]?.write(': a comment\n\n')
  await expect.poll(() => seen, { timeout: 10_000 }).toContain('a comment')
  streaming[0]?.end('data: last\n\n')
  expect(await asked).toMatchObject({ body: expect.stringContaining('data: last'), isWhole: true })
})
