import { once } from 'node:events'
import { createServer } from 'node:https'
import { createServer as createTcpServer } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { type EgressExceptions, parseAllowPorts, parseAllowPrivate } from './exceptions.ts'
import { createCertificate, type TestCertificate } from './testing/certificate.ts'
import { listen, openClient, readAll, requestTo } from './testing/servers.ts'

const name = 'api.example.com'
const trusted = createCertificate({ name })

async function listenSecure(certificate: TestCertificate) {
  const seen: { servername: unknown; host: string | undefined; protocol: unknown }[] = []
  const server = createServer({ ...certificate, ALPNProtocols: ['h2', 'http/1.1'] }, (request, response) => {
    const socket = request.socket as TLSSocket & { servername: unknown }
    seen.push({ servername: socket.servername, host: request.headers.host, protocol: socket.alpnProtocol })
    response.end('secret business')
  })
  return { ...(await listen(server)), seen }
}

function clientTo(port: number, extraCa?: string) {
  const exceptions: EgressExceptions = {
    allowPrivate: parseAllowPrivate(`${name},localhost,127.0.0.1`),
    allowPorts: parseAllowPorts(`${port}`),
    allowHttp: [],
  }
  return openClient({
    exceptions,
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    ...(extraCa !== undefined && { extraCa }),
  })
}

describe('https', () => {
  it('goes to the checked address, with the name as SNI and Host', async () => {
    const server = await listenSecure(trusted)
    const upstream = clientTo(server.port, trusted.cert)
    const answer = await upstream.send(requestTo(`https://${name}:${server.port}/`))
    expect(String(await readAll(answer.body))).toBe('secret business')
    expect(server.seen).toEqual([{ servername: name, host: `${name}:${server.port}`, protocol: 'http/1.1' }])
  })

  it('names the server without a trailing dot (RFC 6066 §3)', async () => {
    const server = await listenSecure(trusted)
    const upstream = clientTo(server.port, trusted.cert)
    await readAll((await upstream.send(requestTo(`https://${name}.:${server.port}/`))).body)
    expect(server.seen).toMatchObject([{ servername: name }])
  })

  it('is not led astray by a Host header', async () => {
    const server = await listenSecure(trusted)
    const upstream = clientTo(server.port, trusted.cert)
    const headers = [['Host', 'evil.example']] as const
    await readAll((await upstream.send(requestTo(`https://${name}:${server.port}/`, { headers }))).body)
    expect(server.seen).toMatchObject([{ servername: name }])
  })
})

describe('a certificate that does not prove the name is no connection', () => {
  it.each([
    ['unknown authority', trusted, undefined],
    ['another name', createCertificate({ name: 'other.example.com' }), 'own'],
    ['expired', createCertificate({ name, notAfter: new Date(Date.now() - 60_000) }), 'own'],
    ['not yet valid', createCertificate({ name, notBefore: new Date(Date.now() + 3_600_000) }), 'own'],
  ])('%s', async (_case, certificate, ca) => {
    const server = await listenSecure(certificate)
    const upstream = clientTo(server.port, ca && certificate.cert)
    const sent = upstream.send(requestTo(`https://${name}:${server.port}/`))
    await expect(sent).rejects.toMatchObject({ code: 'UPSTREAM_UNREACHABLE', status: 502 })
    expect(server.seen).toEqual([])
  })

  it('nor is one for a name when an address was asked for', async () => {
    const server = await listenSecure(trusted)
    const upstream = clientTo(server.port, trusted.cert)
    const sent = upstream.send(requestTo(`https://127.0.0.1:${server.port}/`))
    await expect(sent).rejects.toMatchObject({ code: 'UPSTREAM_UNREACHABLE' })
    expect(server.seen).toEqual([])
  })
})

describe('a TLS handshake that fails', () => {
  it('because the server speaks something else is UPSTREAM_UNREACHABLE', async () => {
    const server = await listen(createTcpServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')))
    const sent = clientTo(server.port).send(requestTo(`https://${name}:${server.port}/`))
    await expect(sent).rejects.toMatchObject({ code: 'UPSTREAM_UNREACHABLE' })
  })

  it('because the server hangs ends at the connect timeout, and its socket with it', async () => {
    const server = await listen(createTcpServer((socket) => socket.resume()))
    const upstream = openClient({
      exceptions: {
        allowPrivate: parseAllowPrivate('127.0.0.1'),
        allowPorts: parseAllowPorts(`${server.port}`),
        allowHttp: [],
      },
      limits: { connectTimeoutMs: 100 },
    })
    const sent = upstream.send(requestTo(`https://127.0.0.1:${server.port}/`))
    await expect(sent).rejects.toMatchObject({ code: 'UPSTREAM_UNREACHABLE' })
    const [socket] = server.connections
    if (socket !== undefined && !socket.destroyed) await once(socket, 'close')
    expect(server.openConnections()).toBe(0)
  })
})
