/** What arrives at an API, and what comes back. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import type { ProblemError } from '@sluice/connector-schema'
import { describe, expect, it } from 'vitest'
import { clientFor, listenHttp, listenRaw, readAll, requestTo, until } from './testing/servers.ts'

const fiveMegabytes = 5 * 1024 * 1024

describe('the request arrives', () => {
  it('with exactly the given headers, in order, and nothing added but what HTTP needs and Accept-Encoding', async () => {
    const heads: string[] = []
    const server = await listenRaw((socket, request) => {
      heads.push(request)
      socket.end('HTTP/1.1 204 No Content\r\n\r\n')
    })
    const headers = [
      ['X-Key', 'grüße'],
      ['accept', 'a'],
      ['Accept', 'b'],
      ['X-Empty', ''],
    ] as const
    await clientFor(server).send(requestTo(`${server.origin}/a%20b/../c?d=e%2Ff&g`, { headers }))
    expect(heads).toEqual([
      `GET /c?d=e%2Ff&g HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\nconnection: keep-alive\r\n` +
        'X-Key: grüße\r\naccept: a\r\nAccept: b\r\nX-Empty: \r\naccept-encoding: gzip, deflate, br\r\n\r\n',
    ])
  })

  it.each([
    [[['Accept-Encoding', 'br']], 'br'],
    [[['range', 'bytes=0-9']], 'identity'],
  ] as const)('with an Accept-Encoding that fits: %j', async (headers, expected) => {
    let received: string | undefined
    const server = await listenHttp((request, response) => {
      received = request.headers['accept-encoding']
      response.end()
    })
    await clientFor(server).send(requestTo(server.origin, { headers }))
    expect(received).toBe(expected)
  })

  it.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    'with its method: %s',
    async (method) => {
      let received: string | undefined
      const server = await listenHttp((request, response) => {
        received = request.method
        response.end('body')
      })
      const answer = await clientFor(server).send(requestTo(server.origin, { method }))
      expect(received).toBe(method)
      expect(String(await readAll(answer.body))).toBe(method === 'HEAD' ? '' : 'body')
    },
  )

  it('over a connection that was used before', async () => {
    const server = await listenHttp((_request, response) => response.end('x'))
    const upstream = clientFor(server)
    for (let count = 0; count < 5; count++) {
      await readAll((await upstream.send(requestTo(server.origin))).body)
      await setImmediate()
    }
    expect(server.connections).toHaveLength(1)
  })
})

describe('5 MB arrive byte for byte', () => {
  const bytes = randomBytes(fiveMegabytes)

  function listenEcho() {
    return listenHttp(async (request, response) => {
      const received = await readAll(request)
      response.setHeader(
        'x-framing',
        request.headers['content-length'] ?? request.headers['transfer-encoding'] ?? '',
      )
      response.end(received)
    })
  }

  it('as one buffer, both ways', async () => {
    const server = await listenEcho()
    const answer = await clientFor(server).send(requestTo(server.origin, { method: 'POST', body: bytes }))
    expect(answer.headers).toContainEqual(['x-framing', String(fiveMegabytes)])
    expect((await readAll(answer.body)).equals(bytes)).toBe(true)
  })

  it('as a stream of unknown length', async () => {
    const server = await listenEcho()
    const body = Readable.from(inPieces(bytes, 10_007))
    const answer = await clientFor(server).send(requestTo(server.origin, { method: 'PUT', body }))
    expect(answer.headers).toContainEqual(['x-framing', 'chunked'])
    expect((await readAll(answer.body)).equals(bytes)).toBe(true)
  })

  it('as a stream of announced length', async () => {
    const server = await listenEcho()
    const body = Readable.from(inPieces(bytes, 65_536))
    const headers = [['content-length', String(fiveMegabytes)]] as const
    const answer = await clientFor(server).send(requestTo(server.origin, { method: 'PATCH', headers, body }))
    expect(answer.headers).toContainEqual(['x-framing', String(fiveMegabytes)])
    expect((await readAll(answer.body)).equals(bytes)).toBe(true)
  })

  it('to a slow reader, without being held in memory', async () => {
    let writable = true
    const server = await listenHttp((_request, response) => {
      writable = response.write(Buffer.alloc(64 * 1024 * 1024))
      response.end()
    })
    const answer = await clientFor(server).send(requestTo(server.origin))
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(writable).toBe(false)
    expect(answer.body.readableLength).toBeLessThan(1024 * 1024)
    expect(await readAll(answer.body)).toHaveLength(64 * 1024 * 1024)
  })
})

describe('the answer', () => {
  it('has its headers in lower case, in order, repeats kept', async () => {
    const server = await listenRaw((socket) =>
      socket.end(
        'HTTP/1.1 200 OK\r\nX-B:  1 \r\nx-a: 2\r\nX-b: 3\r\nX-Latin: gr\xfc\xdfe\r\nContent-Length: 2\r\n\r\nhi',
        'latin1',
      ),
    )
    const answer = await clientFor(server).send(requestTo(server.origin))
    expect(answer.headers).toEqual([
      ['x-b', '1'],
      ['x-a', '2'],
      ['x-b', '3'],
      ['x-latin', 'grüße'],
      ['content-length', '2'],
    ])
  })

  it.each([200, 201, 206, 299, 301, 302, 307, 400, 401, 404, 429, 500, 503, 599])(
    'has its status, which nobody acts on: %i',
    async (status) => {
      const server = await listenHttp((_request, response) => {
        response.writeHead(status, { location: '/elsewhere', 'retry-after': '0' }).end('body')
      })
      const answer = await clientFor(server).send(requestTo(server.origin))
      expect(answer.status).toBe(status)
      expect(String(await readAll(answer.body))).toBe('body')
      expect(server.connections).toHaveLength(1)
    },
  )

  it.each([
    ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n', 200],
    ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\nTransfer-Encoding: chunked\r\n\r\n', 200],
    ['GET', 'HTTP/1.1 204 No Content\r\n\r\n', 204],
    ['GET', 'HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\noops', 204],
    ['GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\nContent-Encoding: gzip\r\n\r\n', 304],
    ['GET', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', 200],
    ['GET', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Encoding: gzip\r\n\r\n', 200],
  ])('to %s has an empty body: %j', async (method, bytes, status) => {
    const server = await listenRaw((socket) => socket.write(bytes))
    const answer = await clientFor(server).send(requestTo(server.origin, { method }))
    expect(answer.status).toBe(status)
    expect(await readAll(answer.body)).toHaveLength(0)
  })

  it.each([
    ['100 Continue', ['HTTP/1.1 100 Continue\r\n\r\n']],
    ['100 with fields, in pieces', ['HTT', 'P/1.1 1', '00\r\nX: 1\r', '\n\r', '\n']],
    ['several 100', ['HTTP/1.1 100 \r\n\r\nHTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 100 Continue\r\n\r\n']],
    ['102', ['HTTP/1.1 102 Processing\r\n\r\n']],
    ['103 Early Hints', ['HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n']],
    ['100, 103, 100', ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n']],
  ])('comes after informational ones: %s', async (_case, pieces) => {
    const server = await listenRaw((socket) => {
      const last = 'HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\nHTTP/1.1 100 body'
      for (const [index, piece] of [...pieces, last].entries())
        setTimeout(() => socket.write(piece), 15 * index)
    })
    const answer = await clientFor(server).send(
      requestTo(server.origin, { method: 'POST', body: Buffer.from('x') }),
    )
    expect([answer.status, answer.headers]).toEqual([200, [['content-length', '17']]])
    expect(String(await readAll(answer.body))).toBe('HTTP/1.1 100 body')
  })

  it('comes through before the payload was taken, and nothing stays behind', async () => {
    const server = await listenRaw((socket) =>
      socket.write('HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno'),
    )
    const body = new Readable({ read: () => {} })
    body.push('beginning')
    const answer = await clientFor(server).send(requestTo(server.origin, { method: 'POST', body }))
    expect(answer.status).toBe(413)
    expect(String(await readAll(answer.body))).toBe('no')
    await until(() => server.openConnections() === 0 && body.destroyed)
  })

  it('comes through while the payload is still flowing', async () => {
    const server = await listenHttp((_request, response) => response.end('early'))
    const body = Readable.from(inPieces(randomBytes(fiveMegabytes), 1_000))
    const answer = await clientFor(server).send(requestTo(server.origin, { method: 'POST', body }))
    expect(String(await readAll(answer.body))).toBe('early')
  })
})

describe('an abort closes the connection to the API at once', () => {
  it('before anything is sent', async () => {
    const server = await listenHttp((_request, response) => response.end())
    const reason = new Error('gone')
    const sent = clientFor(server).send(requestTo(server.origin, { signal: AbortSignal.abort(reason) }))
    await expect(sent).rejects.toBe(reason)
    expect(server.connections).toHaveLength(0)
  })

  it('before the headers, and rejects with the reason', async () => {
    const server = await listenRaw(() => {})
    const controller = new AbortController()
    const sent = clientFor(server).send(requestTo(server.origin, { signal: controller.signal }))
    await until(() => server.openConnections() === 1)
    controller.abort('any value')
    await expect(sent).rejects.toBe('any value')
    await until(() => server.openConnections() === 0)
  })

  it('amid the body, which fails with the reason', async () => {
    const server = await listenHttp((_request, response) => response.write('some'))
    const controller = new AbortController()
    const reason = new Error('gone')
    const answer = await clientFor(server).send(requestTo(server.origin, { signal: controller.signal }))
    const read = readAll(answer.body)
    controller.abort(reason)
    await expect(read).rejects.toBe(reason)
    await until(() => server.openConnections() === 0)
  })

  it('when the body is destroyed, with or without an error, listened to or not', async () => {
    const server = await listenHttp((_request, response) => response.write('some'))
    const upstream = clientFor(server)
    for (const error of [undefined, new Error('not wanted')]) {
      const answer = await upstream.send(requestTo(server.origin))
      answer.body.destroy(error)
      await until(() => server.openConnections() === 0)
    }
    expect(server.connections).toHaveLength(2)
  })

  it('while the name is being resolved, and sends nothing afterwards', async () => {
    const requests: string[] = []
    const server = await listenRaw((_socket, request) => requests.push(request))
    let resolveName = (_addresses: { address: string; family: number }[]) => {}
    const resolve = () => new Promise<{ address: string; family: number }[]>((done) => (resolveName = done))
    const endpoint = { tenantId: undefined, host: 'localhost', port: server.port }
    const exceptions = { allowPrivate: [endpoint], allowPorts: [endpoint], allowHttp: [endpoint] }
    const controller = new AbortController()
    const { signal } = controller
    const sent = clientFor(server, { exceptions, resolve }).send(
      requestTo(`http://localhost:${server.port}/`, { signal }),
    )
    controller.abort()
    await expect(sent).rejects.toBe(signal.reason)
    resolveName([{ address: '127.0.0.1', family: 4 }])
    await until(() => server.connections.length === 1 && server.openConnections() === 0)
    expect(requests).toEqual([])
  })

  it('200 times at once, at any moment, and the client serves on', async () => {
    const server = await listenHttp((request, response) => {
      if (request.url === '/whole') {
        response.end('whole')
        return
      }
      const timer = setInterval(() => response.write('some'), 1)
      response.on('close', () => clearInterval(timer))
    })
    const upstream = clientFor(server)
    const exchanges = Array.from({ length: 200 }, async (_value, index) => {
      const signal = AbortSignal.timeout(1 + (index % 100))
      const answer = await upstream.send(requestTo(`${server.origin}/endless`, { signal }))
      await readAll(answer.body)
    })
    const outcomes = await Promise.allSettled(exchanges)
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toEqual([])
    await until(() => server.openConnections() === 0)
    const answer = await upstream.send(requestTo(`${server.origin}/whole`))
    expect(String(await readAll(answer.body))).toBe('whole')
  })

  it('leaves no listener on the signal once the answer was read', async () => {
    const server = await listenHttp((_request, response) => response.end('x'))
    const { signal } = new AbortController()
    let listeners = 0
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++
      add(...args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--
      remove(...args)
    }
    const answer = await clientFor(server).send(requestTo(server.origin, { signal }))
    expect(listeners).toBe(1)
    const closed = once(answer.body, 'close')
    await readAll(answer.body)
    await closed
    expect(listeners).toBe(0)
  })
})

describe('a payload that fails takes the request with it', () => {
  it.each([
    ['amid', true],
    ['before its first byte', false],
  ])('%s: the API never sees it end, and the same error comes back', async (_case, begun) => {
    let isWhole = false
    const server = await listenHttp((request, response) => {
      request.resume()
      request.on('error', () => {})
      request.on('end', () => {
        isWhole = true
        response.end()
      })
    })
    const error = new Error('PAYLOAD_TOO_LARGE stands for any ProblemError')
    const body = new Readable({ read: () => {} })
    if (begun) body.push('some')
    const sent = clientFor(server).send(requestTo(server.origin, { method: 'POST', body }))
    const caught = sent.catch((reason: unknown) => reason)
    if (begun) await until(() => server.openConnections() === 1)
    body.destroy(error)
    expect(await caught).toBe(error)
    await until(() => server.openConnections() === 0)
    expect(isWhole).toBe(false)
  })

  it('destroyed without a reason, or long before', async () => {
    const server = await listenHttp((request) => request.resume().on('error', () => {}))
    const upstream = clientFor(server)
    for (const isEarly of [false, true]) {
      const body = new Readable({ read: () => {} })
      if (isEarly) body.destroy()
      await setImmediate()
      const sent = upstream.send(requestTo(server.origin, { method: 'POST', body }))
      body.destroy()
      await expect(sent).rejects.toMatchObject({ code: 'INVALID_REQUEST' } satisfies Partial<ProblemError>)
    }
  })

  it('shorter or longer than announced', async () => {
    const server = await listenHttp((request) => request.resume().on('error', () => {}))
    const upstream = clientFor(server)
    for (const length of ['2', '4']) {
      const headers = [['content-length', length]] as const
      const body = Readable.from([Buffer.from('abc')])
      const sent = upstream.send(requestTo(server.origin, { method: 'POST', headers, body }))
      await expect(sent).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    }
  })
})

describe('a request that HTTP cannot carry is not sent', () => {
  it.each([
    [['x-a', 'one\r\nx-b: two']],
    [['x-a\r\nx-b', 'two']],
    [['x-a', 'nul\u0000']],
    [['x-a', 'snow ☃']],
    [['transfer-encoding', 'chunked']],
    [['expect', '100-continue']],
  ] as const)('%j', async (header) => {
    const server = await listenHttp((_request, response) => response.end())
    const sent = clientFor(server).send(requestTo(server.origin, { headers: [header] }))
    const problem = await sent.catch((error: unknown) => error)
    expect(problem).toMatchObject({ code: 'CONNECTOR_MISCONFIGURED' })
    expect(String(problem)).not.toContain(header[1])
    expect(server.connections).toEqual([])
  })
})

describe('closing', () => {
  it('fails what is in flight and refuses what comes later', async () => {
    const server = await listenRaw(() => {})
    const upstream = clientFor(server)
    const sent = upstream.send(requestTo(server.origin))
    const refused = expect(sent).rejects.toMatchObject({ code: 'SHUTTING_DOWN' })
    await until(() => server.openConnections() === 1)
    await upstream.close()
    await refused
    await until(() => server.openConnections() === 0)
    await expect(upstream.send(requestTo(server.origin))).rejects.toMatchObject({
      code: 'SHUTTING_DOWN',
      headers: { 'retry-after': '1' },
    })
  })

  it('reaches tenants that gave way to others too', async () => {
    const server = await listenHttp((_request, response) => response.write('some'))
    const upstream = clientFor(server, { limits: { maxPooledTenants: 1 } })
    const first = await upstream.send(requestTo(server.origin, { tenantId: 'acme' }))
    await upstream.send(requestTo(server.origin, { tenantId: 'globex' }))
    expect(server.openConnections()).toBe(2)
    const read = readAll(first.body)
    const refused = expect(read).rejects.toMatchObject({ code: 'SHUTTING_DOWN' })
    await upstream.close()
    await refused
    await until(() => server.openConnections() === 0)
  })
})

it('a tenant that gives way to others keeps its exchanges, and loses its idle connections', async () => {
  let finish = () => {}
  const server = await listenHttp((_request, response) => {
    response.write('a')
    finish = () => response.end('b')
  })
  const upstream = clientFor(server, { limits: { maxPooledTenants: 1 } })
  const answer = await upstream.send(requestTo(server.origin, { tenantId: 'acme' }))
  const finishFirst = finish
  await upstream.send(requestTo(server.origin, { tenantId: 'globex' }))
  finishFirst()
  expect(String(await readAll(answer.body))).toBe('ab')
  await until(() => server.openConnections() === 1)
})

function* inPieces(bytes: Buffer, size: number): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}
