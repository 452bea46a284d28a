import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAllowHttp } from './exceptions.ts'
import type { ResolvedAddress } from './guarded-connector.ts'
import { parseOutboundProxy } from './outbound-proxy.ts'
import { createCertificate } from './testing/certificate.ts'
import { listenProxy } from './testing/outbound-proxy.ts'
import {
  address,
  clientBehind,
  get,
  listenSecure,
  name,
  nothing,
  resolveTo,
  trusted,
  url,
} from './testing/proxied-api.ts'
import { listen, readAll, requestTo, until } from './testing/servers.ts'

describe('a proxy that opens no tunnel is UPSTREAM_UNREACHABLE, and no socket stays', () => {
  it.each([
    ['refuses the credentials', 'HTTP/1.1 407 Authenticate\r\nContent-Length: 2\r\n\r\nno'],
    ['refuses the destination', 'HTTP/1.1 403 Forbidden\r\n\r\n'],
    ['cannot reach it', 'HTTP/1.1 502 Bad Gateway\r\n\r\n'],
    ['sends elsewhere', 'HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n'],
    ['asks for patience', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['switches protocols', 'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'],
    ['speaks something else', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['is cut short', 'HTTP/1.1 200 Est'],
    ['closes', ''],
    ['sends a head without end', `HTTP/1.1 200 Ok\r\n${'x: y\r\n'.repeat(20_000)}`],
    ['speaks for the API', 'HTTP/1.1 200 Ok\r\n\r\nHTTP/1.1 200 Ok\r\nContent-Length: 2\r\n\r\nhi'],
  ])('because it %s', async (_case, answer) => {
    const respond = (socket: Socket) => socket.end(answer) !== undefined
    const proxy = await listenProxy({ respond })
    const exceptions = { ...nothing, allowHttp: parseAllowHttp(`${name}:443`) }
    const client = clientBehind(proxy, { exceptions })
    for (const destination of [url, `http://${name}:443/`]) {
      await expect(get(client, destination)).rejects.toMatchObject({
        code: 'UPSTREAM_UNREACHABLE',
        message: 'No connection to the API could be opened.',
      })
    }
    await until(() => proxy.openConnections() === 0)
  })

  it('whatever it answers, in whatever pieces', async () => {
    const pieces = [
      'HTTP/1.1 ',
      '200 Ok',
      '502 No',
      '\r\n',
      '\r\n\r\n',
      'x: y',
      'Content-Length: 3',
      '\u0016\u0003\u0001',
    ]
    const answers = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary' })))
    let answer: readonly string[] = []
    const respond = async (socket: Socket) => {
      for (const piece of answer) {
        socket.write(piece)
        await setImmediate()
      }
      return socket.end() !== undefined
    }
    const proxy = await listenProxy({ respond })
    const client = clientBehind(proxy)
    await fc.assert(
      fc.asyncProperty(answers, async (generated) => {
        answer = generated
        await expect(get(client, url)).rejects.toMatchObject({ code: 'UPSTREAM_UNREACHABLE' })
      }),
    )
    await until(() => proxy.openConnections() === 0)
  })

  it('because it refuses, though it would keep the connection', async () => {
    const answer = 'HTTP/1.1 407 No\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n'
    const proxy = await listenProxy({ respond: (socket) => socket.write(answer) || true })
    await expect(get(clientBehind(proxy), url)).rejects.toMatchObject({ code: 'UPSTREAM_UNREACHABLE' })
    await until(() => proxy.openConnections() === 0)
  })

  it('because its own TLS breaks amid the handshake with the API', async () => {
    const certificate = createCertificate({ name: 'localhost' })
    const respond = (socket: Socket) => {
      socket.once('data', () => proxy.connections[0]?.write('no TLS record'))
      return socket.write('HTTP/1.1 200 Ok\r\n\r\n')
    }
    const proxy = await listenProxy({ certificate, respond })
    const sent = get(clientBehind(proxy, { extraCa: certificate.cert }), url)
    await expect(sent).rejects.toMatchObject({ code: 'UPSTREAM_UNREACHABLE' })
    await until(() => proxy.openConnections() === 0)
  })

  it('because it resets the connection', async () => {
    const server = await listen(createServer((socket) => socket.once('data', () => socket.resetAndDestroy())))
    const client = clientBehind({ settings: parseOutboundProxy(server.origin) })
    await expect(get(client, url)).rejects.toMatchObject({ code: 'UPSTREAM_UNREACHABLE' })
  })

  it('because it is not there, by address or by name', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const port = (server.address() as { port: number }).port
    server.close()
    await once(server, 'close')
    for (const origin of [`http://127.0.0.1:${port}`, 'http://proxy.invalid']) {
      const error = await get(clientBehind({ settings: parseOutboundProxy(origin) }), url).catch(
        (reason: unknown) => reason,
      )
      // "The name of the API could not be resolved" would be wrong.
      expect(error).toMatchObject({
        code: 'UPSTREAM_UNREACHABLE',
        message: 'No connection to the API could be opened.',
      })
    }
  })

  it('because it breaks the tunnel amid the TLS handshake', async () => {
    const respond = (socket: Socket) => {
      socket.once('data', () => socket.destroy())
      return socket.write('HTTP/1.1 200 Ok\r\n\r\n')
    }
    const proxy = await listenProxy({ respond })
    await expect(get(clientBehind(proxy), url)).rejects.toMatchObject({ code: 'UPSTREAM_UNREACHABLE' })
    expect(proxy.openConnections()).toBe(0)
  })
})

describe('the time for connecting', () => {
  const limits = { connectTimeoutMs: 100 }
  const inTime = { code: 'UPSTREAM_UNREACHABLE', message: 'The API could not be connected to in time.' }

  it('holds for resolving: nothing is asked for afterwards', async () => {
    const proxy = await listenProxy({ to: await listenSecure(trusted) })
    const { promise, resolve: answer } = Promise.withResolvers<ResolvedAddress[]>()
    await expect(get(clientBehind(proxy, { limits, resolve: () => promise }), url)).rejects.toMatchObject(
      inTime,
    )
    answer(await resolveTo(address)())
    await setImmediate()
    expect(proxy.connections).toHaveLength(0)
  })

  it.each([
    ['a CONNECT that is never answered', ''],
    ['half an answer to it', 'HTTP/1.1 200 Ok\r\nx: '],
    ['a TLS handshake that is never answered', 'HTTP/1.1 200 Ok\r\n\r\n'],
  ])('holds for %s, and no socket stays', async (_case, answer) => {
    const proxy = await listenProxy({ respond: (socket) => socket.write(answer) || true })
    await expect(get(clientBehind(proxy, { limits }), url)).rejects.toMatchObject(inTime)
    await until(() => proxy.openConnections() === 0)
  })

  it('is one for all of it', async () => {
    // Each answer comes within the time, the last of them would not.
    const respond = (socket: Socket) => {
      setTimeout(() => socket.end('HTTP/1.1 503 Later\r\n\r\n'), 60)
      return true
    }
    const proxy = await listenProxy({ respond })
    const addresses = Array.from({ length: 50 }, (_value, index) => `93.184.216.${index}`)
    const client = clientBehind(proxy, { limits, resolve: resolveTo(...addresses) })
    await expect(get(client, url)).rejects.toMatchObject(inTime)
    expect(proxy.asked.length).toBeLessThan(50)
    await until(() => proxy.openConnections() === 0)
  })
})

describe.each([
  ['plain', undefined],
  ['over TLS', createCertificate({ name: 'localhost' })],
])('no tunnel stays open (%s)', (_case, certificate) => {
  const extraCa = [trusted.cert, certificate?.cert ?? ''].join('\n')
  const byProxy = certificate && { certificate }

  it('after an abort while it was being opened', async () => {
    const { promise: opened, resolve: open } = Promise.withResolvers<boolean>()
    const api = await listenSecure(trusted)
    const proxy = await listenProxy({ ...byProxy, to: api, respond: () => opened })
    const controller = new AbortController()
    const sent = get(clientBehind(proxy, { extraCa }), url, { signal: controller.signal })
    await until(() => proxy.asked.length === 1)
    controller.abort('gone')
    await expect(sent).rejects.toBe('gone')
    open(false)
    await until(() => api.connections.length === 1 && api.openConnections() === 0)
    await until(() => proxy.openConnections() === 0)
    expect(api.seen).toEqual([])
  })

  it('after 200 aborts at any moment, and the client serves on', async () => {
    const api = await listenSecure(trusted, (request, response) => {
      if (request.url === '/whole') {
        response.end('whole')
        return
      }
      const timer = setInterval(() => response.write('some'), 1)
      response.on('close', () => clearInterval(timer))
    })
    const proxy = await listenProxy({ ...byProxy, to: api })
    const client = clientBehind(proxy, { extraCa })
    const exchanges = Array.from({ length: 200 }, (_value, index) =>
      get(client, `${url}endless`, { signal: AbortSignal.timeout(1 + index * 2) }),
    )
    const outcomes = await Promise.allSettled(exchanges)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toEqual([])
    await until(() => proxy.openConnections() === 0 && api.openConnections() === 0)
    expect(await get(client, `${url}whole`)).toBe('whole')
  })

  it('after the client is closed, whether it was in use, idle or being opened', async () => {
    const api = await listenSecure(trusted)
    let isOpening = false
    const proxy = await listenProxy({ ...byProxy, to: api, respond: () => isOpening })
    const client = clientBehind(proxy, { extraCa, limits: { connectTimeoutMs: 500 } })
    await get(client, url)
    isOpening = true
    const sent = get(client, url, { tenantId: 'globex' })
    await until(() => proxy.asked.length === 2)
    await Promise.all([expect(sent).rejects.toMatchObject({ code: 'SHUTTING_DOWN' }), client.close()])
    await until(() => proxy.openConnections() === 0)
  })

  it.each([
    ['is reset', (socket: Socket) => socket.resetAndDestroy()],
    ['ends', (socket: Socket) => socket.end()],
    ['carries what is no TLS', (socket: Socket) => socket.write('no TLS record')],
  ])('once it breaks amid an answer, which fails: it %s', async (_how, breakOff) => {
    const api = await listenSecure(trusted, (_request, response) => {
      response.write('some')
    })
    const proxy = await listenProxy({ ...byProxy, to: api })
    const { body } = await clientBehind(proxy, { extraCa }).send(requestTo(url))
    const read = readAll(body)
    for (const socket of proxy.connections) breakOff(socket)
    await expect(read).rejects.toMatchObject({ name: 'ProblemError' })
    await until(() => proxy.openConnections() === 0)
  })

  it('after the API has shown a certificate that is not trusted', async () => {
    const proxy = await listenProxy({ ...byProxy, to: await listenSecure(createCertificate({ name })) })
    const sent = get(clientBehind(proxy, { extraCa }), url)
    await expect(sent).rejects.toMatchObject({ code: 'UPSTREAM_UNREACHABLE' })
    expect(proxy.asked).toHaveLength(1)
    await until(() => proxy.openConnections() === 0)
  })

  it('after the time for connecting is over', async () => {
    const respond = (socket: Socket) => socket.write('HTTP/1.1 200 Ok\r\n\r\n') || true
    const proxy = await listenProxy({ ...byProxy, respond })
    const sent = get(clientBehind(proxy, { extraCa, limits: { connectTimeoutMs: 200 } }), url)
    await expect(sent).rejects.toMatchObject({ code: 'UPSTREAM_UNREACHABLE' })
    expect(proxy.asked).toHaveLength(1)
    await until(() => proxy.openConnections() === 0)
  })

  it('after the API has closed its connection', async () => {
    const api = await listenSecure(trusted)
    const proxy = await listenProxy({ ...byProxy, to: api })
    await get(clientBehind(proxy, { extraCa }), url)
    for (const socket of api.connections) socket.destroy()
    await until(() => proxy.openConnections() === 0)
  })
})
