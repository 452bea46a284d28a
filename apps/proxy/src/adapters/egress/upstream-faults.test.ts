/** What an API may do wrong, and what becomes of it: the right problem, no hang, no socket left. */
import { createServer, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { EgressLimits } from './limits.ts'
import {
  clientFor,
  listen,
  listenHttp,
  listenRaw,
  readAll,
  requestTo,
  type TestServer,
  until,
} from './testing/servers.ts'

const head = 'HTTP/1.1 200 OK\r\n'

/** Sends one request and reads its whole answer. */
async function exchange(server: TestServer, limits: Partial<EgressLimits> = {}, method = 'GET') {
  const answer = await clientFor(server, { limits }).send(requestTo(server.origin, { method }))
  return { ...answer, bytes: await readAll(answer.body) }
}

describe('a connection that fails is UPSTREAM_UNREACHABLE', () => {
  it('refused', async () => {
    const server = await listen(createServer())
    const upstream = clientFor({ ...server, origin: 'http://127.0.0.1:1' })
    const sent = upstream.send(requestTo('http://127.0.0.1:1/'))
    await expect(sent).rejects.toMatchObject({ code: 'UPSTREAM_UNREACHABLE', status: 502 })
  })

  it.each<[string, (socket: Socket) => unknown]>([
    ['closed before an answer', (socket) => socket.end()],
    ['reset before an answer', (socket) => socket.resetAndDestroy()],
    ['closed amid the headers', (socket) => socket.end(`${head}Content-Type: te`)],
  ])('%s', async (_case, respond) => {
    const server = await listenRaw(respond)
    await expect(exchange(server)).rejects.toMatchObject({ code: 'UPSTREAM_UNREACHABLE' })
  })

  it.each(['ENOTFOUND', 'EAI_AGAIN', 'ESERVFAIL'])('because of DNS: %s', async (code) => {
    const server = await listen(createServer())
    const upstream = clientFor(server, {
      exceptions: { allowPrivate: [], allowPorts: [], allowHttp: [] },
      resolve: () => Promise.reject(Object.assign(new Error(`${code} secret.corp`), { code })),
    })
    const problem = await upstream
      .send(requestTo('https://api.example.com/'))
      .catch((error: unknown) => error)
    expect(problem).toMatchObject({ code: 'UPSTREAM_UNREACHABLE' })
    expect(String(problem)).not.toContain('secret.corp')
  })

  it('because the name has no address, or its resolver throws or hangs', async () => {
    const exceptions = { allowPrivate: [], allowPorts: [], allowHttp: [] }
    const resolvers = [
      async () => [],
      () => {
        throw new Error('broken')
      },
      () => new Promise<never>(() => {}),
    ]
    const server = await listen(createServer())
    for (const resolve of resolvers) {
      const upstream = clientFor(server, { exceptions, resolve, limits: { connectTimeoutMs: 100 } })
      const sent = upstream.send(requestTo('https://api.example.com/'))
      await expect(sent).rejects.toMatchObject({ code: 'UPSTREAM_UNREACHABLE' })
    }
  })
})

describe('an API that is too slow is UPSTREAM_TIMEOUT', () => {
  it.each<[string, (socket: Socket) => unknown]>([
    ['says nothing', () => {}],
    ['stops amid the headers', (socket) => socket.write(`${head}Content-Type: te`)],
    ['sends only informational answers', (socket) => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n')],
    ['drips header fields', (socket) => void drip(socket, head, 'X: y\r\n')],
  ])('when it %s', async (_case, respond) => {
    const server = await listenRaw(respond)
    const started = performance.now()
    const sent = clientFor(server).send(requestTo(server.origin, { timeoutMs: 150 }))
    await expect(sent).rejects.toMatchObject({ code: 'UPSTREAM_TIMEOUT', status: 504 })
    expect(performance.now() - started).toBeGreaterThanOrEqual(145)
    await until(() => server.openConnections() === 0)
  })

  it('when it stops amid the body', async () => {
    const server = await listenRaw((socket) => socket.write(`${head}Content-Length: 10\r\n\r\nhalf`))
    await expect(exchange(server, { idleTimeoutMs: 100 })).rejects.toMatchObject({ code: 'UPSTREAM_TIMEOUT' })
    await until(() => server.openConnections() === 0)
  })

  it('but not when it is the reader who is slow, or the answer takes long as a whole', async () => {
    const bytes = Buffer.alloc(4 * 1024 * 1024, 'x')
    const server = await listenHttp((_request, response) => response.end(bytes))
    const upstream = clientFor(server, { limits: { idleTimeoutMs: 200 } })
    const answer = await upstream.send(requestTo(server.origin, { timeoutMs: 300 }))
    await setTimeout(800)
    expect((await readAll(answer.body)).equals(bytes)).toBe(true)
  })
})

describe('an answer that is not valid HTTP is UPSTREAM_PROTOCOL_ERROR', () => {
  it.each([
    ['garbage', 'garbage\r\n\r\n'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['HTTP/0.9', '<html></html>'],
    ['HTTP/2', 'HTTP/2 200 OK\r\n\r\n'],
    ['a status below 100', 'HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n'],
    ['a status of 0', 'HTTP/1.1 000 Zero\r\nContent-Length: 0\r\n\r\n'],
    ['a status above 599', 'HTTP/1.1 600 High\r\nContent-Length: 0\r\n\r\n'],
    ['a status of 999', 'HTTP/1.1 999 Denied\r\nContent-Length: 0\r\n\r\n'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n'],
    ['101', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
    ['101 without Upgrade', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['a header without a name', `${head}: x\r\n\r\n`],
    ['a header with a space in its name', `${head}X Y: z\r\n\r\n`],
    ['NUL in a header', `${head}X: a\0b\r\n\r\n`],
    ['a folded header', `${head}X: a\r\n b\r\nContent-Length: 0\r\n\r\n`],
    ['two lengths', `${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`],
    ['a negative length', `${head}Content-Length: -1\r\n\r\n`],
    ['a length that is no number', `${head}Content-Length: 1a\r\n\r\n`],
    ['length and chunks at once', `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['headers over the limit', `${head}X: ${'x'.repeat(33 * 1024)}\r\n\r\n`],
    ['many headers over the limit', `${head}${'X-Name: value\r\n'.repeat(4_000)}\r\n`],
    ['an endless 100', `HTTP/1.1 100 Continue\r\nX: ${'x'.repeat(40 * 1024)}`],
    ['unknown coding', `${head}Content-Encoding: zstd\r\nContent-Length: 1\r\n\r\nx`],
    [
      'unknown coding among known ones',
      `${head}Content-Encoding: gzip, compress\r\nContent-Length: 1\r\n\r\nx`,
    ],
    [
      'nested codings',
      `${head}Content-Encoding: gzip\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx`,
    ],
  ])('%s', async (_case, bytes) => {
    const server = await listenRaw((socket) => socket.write(bytes))
    const sent = clientFor(server).send(requestTo(server.origin, { timeoutMs: 5_000 }))
    await expect(sent).rejects.toMatchObject({ code: 'UPSTREAM_PROTOCOL_ERROR', status: 502 })
    await until(() => server.openConnections() === 0)
  })

  it('headers of exactly 32 KiB less one byte pass', async () => {
    const value = 'x'.repeat(32 * 1024 - 'X'.length - 'Content-Length0'.length - 1)
    const server = await listenRaw((socket) =>
      socket.write(`${head}X: ${value}\r\nContent-Length: 0\r\n\r\n`),
    )
    expect((await exchange(server)).headers[0]?.[1]).toHaveLength(value.length)
  })
})

describe('a body that is cut short fails, and never ends as if it were whole', () => {
  const gzipped = gzipSync('some text that is long enough to be cut')

  it.each<[string, (socket: Socket) => unknown]>([
    ['shorter than its length', (socket) => socket.end(`${head}Content-Length: 10\r\n\r\nhalf`)],
    [
      'the same, closing',
      (socket) => socket.end(`${head}Connection: close\r\nContent-Length: 10\r\n\r\nhalf`),
    ],
    ['no last chunk', (socket) => socket.end(`${head}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n`)],
    ['cut amid a chunk', (socket) => socket.end(`${head}Transfer-Encoding: chunked\r\n\r\n9\r\nhalf`)],
    [
      'bad chunk size',
      (socket) => socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n`),
    ],
    [
      'no line end after a chunk',
      (socket) => socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n4\r\nhalfx\r\n`),
    ],
    ['truncated gzip', (socket) => sendCoded(socket, 'gzip', gzipped.subarray(0, -4))],
    ['whole gzip in a cut body', (socket) => socket.end(Buffer.concat([codedHead('gzip', 999), gzipped]))],
  ])('%s: UPSTREAM_PROTOCOL_ERROR', async (_case, respond) => {
    const server = await listenRaw(respond)
    await expect(exchange(server)).rejects.toMatchObject({ code: 'UPSTREAM_PROTOCOL_ERROR' })
  })

  it.each([
    ['with a length', 'Content-Length: 10\r\n\r\n'],
    ['chunked', 'Transfer-Encoding: chunked\r\n\r\n4\r\n'],
    ['until the connection closes', 'Connection: close\r\n\r\n'],
  ])('reset amid a body %s: UPSTREAM_UNREACHABLE', async (_case, framing) => {
    const server = await listenRaw((socket) => {
      socket.write(`${head}${framing}half`)
      void setTimeout(50).then(() => socket.resetAndDestroy())
    })
    await expect(exchange(server)).rejects.toMatchObject({ code: 'UPSTREAM_UNREACHABLE' })
  })

  it('but one without a length ends with its connection', async () => {
    const server = await listenRaw((socket) => socket.end(`${head}\r\nwhole`))
    expect(String((await exchange(server)).bytes)).toBe('whole')
  })

  it('with nobody listening, nothing is thrown anywhere', async () => {
    const server = await listenRaw((socket) => socket.end(`${head}Content-Length: 10\r\n\r\nhalf`))
    const answer = await clientFor(server).send(requestTo(server.origin))
    await until(() => answer.body.destroyed)
    expect(answer.body.errored).toMatchObject({ code: 'UPSTREAM_PROTOCOL_ERROR' })
  })

  it('bytes after an answer belong to no other', async () => {
    const server = await listenRaw((socket) => {
      socket.write(`${head}Content-Length: 2\r\n\r\nok${head}Content-Length: 4\r\n\r\nevil`)
      socket.on('data', () => socket.write(`${head}Content-Length: 4\r\n\r\nnext`))
    })
    const upstream = clientFor(server)
    const first = await upstream.send(requestTo(server.origin))
    expect(String(await readAll(first.body))).toBe('ok')
    await setTimeout(50)
    const second = await upstream.send(requestTo(server.origin))
    expect(server.connections).toHaveLength(2)
    expect(String(await readAll(second.body))).toBe('ok')
  })
})

describe('a coded body', () => {
  const text = Buffer.from('Zażółć gęślą jaźń. '.repeat(10_000))

  it.each([
    ['gzip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['GZip', gzipSync(text)],
    ['identity, gzip', gzipSync(text)],
    ['gzip', Buffer.concat([gzipSync(text.subarray(0, 1_000)), gzipSync(text.subarray(1_000))])],
    ['br', brotliCompressSync(text)],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['identity', text],
  ])('of %s is decoded, and the headers say so', async (coding, bytes) => {
    const server = await listenRaw((socket) => sendCoded(socket, coding, bytes))
    const answer = await exchange(server)
    expect(answer.bytes.equals(text)).toBe(true)
    expect(answer.headers).toEqual([['x-a', 'b']])
  })

  it.each([1, 7])('is decoded from pieces of %i bytes too', async (size) => {
    const coded = gzipSync('hello, hello, hello')
    const server = await listenRaw((socket) => {
      socket.setNoDelay(true).write(codedHead('gzip', coded.length))
      for (let at = 0; at < coded.length; at += size) {
        void setTimeout(at).then(() => socket.write(coded.subarray(at, at + size)))
      }
    })
    expect(String((await exchange(server)).bytes)).toBe('hello, hello, hello')
  })

  it.each([
    ['gzip', Buffer.from('this is not gzip')],
    ['br', Buffer.from('this is not brotli')],
    ['deflate', Buffer.from('this is not deflate')],
    ['gzip', corrupted(gzipSync(text))],
    ['gzip', Buffer.concat([gzipSync('a'), Buffer.from('and more')])],
    ['br', Buffer.concat([brotliCompressSync('a'), Buffer.from('and more')])],
    ['deflate', Buffer.concat([deflateSync('a'), Buffer.from('and more')])],
    ['br', brotliCompressSync(text).subarray(0, -3)],
    ['deflate', deflateSync(text).subarray(0, -3)],
    ['gzip', gzipSync(text).subarray(0, 5)],
  ])('that is not what it says (%s) is UPSTREAM_PROTOCOL_ERROR', async (coding, bytes) => {
    const server = await listenRaw((socket) => sendCoded(socket, coding, bytes))
    await expect(exchange(server)).rejects.toMatchObject({ code: 'UPSTREAM_PROTOCOL_ERROR' })
  })

  it('is as slow as its reader', async () => {
    const bytes = Buffer.alloc(32 * 1024 * 1024)
    for (let at = 0; at < bytes.length; at += 64) bytes.writeUInt32LE((Math.random() * 2 ** 32) >>> 0, at)
    const coded = gzipSync(bytes, { level: 1 })
    const server = await listenRaw((socket) => sendCoded(socket, 'gzip', coded))
    const answer = await clientFor(server).send(requestTo(server.origin))
    await setTimeout(200)
    expect(answer.body.readableLength).toBeLessThan(1024 * 1024)
    expect((await readAll(answer.body)).equals(bytes)).toBe(true)
  })
})

describe('an answer that is too large is UPSTREAM_RESPONSE_TOO_LARGE', () => {
  const limits = { maxBodyBytes: 1_000 }

  it.each([
    ['announced', (size: number) => `Content-Length: ${size}\r\n\r\n${'x'.repeat(size)}`],
    [
      'chunked',
      (size: number) =>
        `Transfer-Encoding: chunked\r\n\r\n${size.toString(16)}\r\n${'x'.repeat(size)}\r\n0\r\n\r\n`,
    ],
    ['until the connection closes', (size: number) => `\r\n${'x'.repeat(size)}`],
  ])('at its edge: %s', async (_case, framed) => {
    const respondWith = (size: number) => listenRaw((socket) => socket.end(head + framed(size)))
    expect((await exchange(await respondWith(1_000), limits)).bytes).toHaveLength(1_000)
    const server = await respondWith(1_001)
    await expect(exchange(server, limits)).rejects.toMatchObject({ code: 'UPSTREAM_RESPONSE_TOO_LARGE' })
    await until(() => server.openConnections() === 0)
  })

  it('by its decoded size', async () => {
    const respondWith = (size: number) =>
      listenRaw((socket) => sendCoded(socket, 'gzip', gzipSync('x'.repeat(size))))
    expect((await exchange(await respondWith(1_000), limits)).bytes).toHaveLength(1_000)
    const sent = exchange(await respondWith(1_001), limits)
    await expect(sent).rejects.toMatchObject({ code: 'UPSTREAM_RESPONSE_TOO_LARGE' })
  })

  it('but not because of the length that HEAD tells', async () => {
    const server = await listenRaw((socket) => socket.write(`${head}Content-Length: 1001\r\n\r\n`))
    expect((await exchange(server, limits, 'HEAD')).headers).toEqual([['content-length', '1001']])
  })

  it.each([
    ['gzip', gzipSync(Buffer.alloc(50 * 1024 * 1024))],
    ['br', brotliCompressSync(Buffer.alloc(50 * 1024 * 1024))],
    ['deflate', deflateSync(Buffer.alloc(50 * 1024 * 1024))],
  ])('when it expands beyond the ratio: %s', async (coding, bomb) => {
    const server = await listenRaw((socket) => sendCoded(socket, coding, bomb))
    await expect(exchange(server)).rejects.toMatchObject({ code: 'UPSTREAM_RESPONSE_TOO_LARGE' })
  })

  it('but a small one may expand as it likes', async () => {
    const server = await listenRaw((socket) => sendCoded(socket, 'gzip', gzipSync(Buffer.alloc(1024 * 1024))))
    expect((await exchange(server)).bytes).toHaveLength(1024 * 1024)
  })
})

it('after every fault the next exchange goes well', async () => {
  const faults = ['garbage\r\n\r\n', `${head}Content-Length: 10\r\n\r\nhalf`, '', 'HTTP/1.1 101 X\r\n\r\n']
  let count = 0
  const server = await listenRaw((socket) => {
    const fault = faults[Math.floor(count / 2)]
    const bytes = count++ % 2 === 0 ? (fault ?? '') : `${head}Content-Length: 4\r\n\r\ngood`
    socket.end(bytes)
  })
  const upstream = clientFor(server)
  for (const fault of faults) {
    const failing = upstream.send(requestTo(server.origin)).then((answer) => readAll(answer.body))
    await expect(failing, fault).rejects.toThrow()
    const answer = await upstream.send(requestTo(server.origin))
    expect(String(await readAll(answer.body))).toBe('good')
  }
})

function codedHead(coding: string, length: number): Buffer {
  return Buffer.from(`${head}X-A: b\r\nContent-Encoding: ${coding}\r\nContent-Length: ${length}\r\n\r\n`)
}

function sendCoded(socket: Socket, coding: string, bytes: Buffer): void {
  socket.write(codedHead(coding, bytes.length))
  socket.write(bytes)
}

function corrupted(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  copy.writeUInt8(copy.readUInt8(copy.length - 6) ^ 0xff, copy.length - 6)
  return copy
}

async function drip(socket: Socket, ...pieces: [string, string]): Promise<void> {
  socket.write(pieces[0])
  while (!socket.destroyed) {
    socket.write(pieces[1])
    await setTimeout(10)
  }
}
