/** Real servers and requests for the tests of the guarded client. */
import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { Readable } from 'node:stream'
import type { UpstreamRequest } from '@sluice/pipeline'
import { onTestFinished } from 'vitest'
import { allowUpstreams } from '../exceptions.ts'
import { createUpstream, type UpstreamOptions } from '../upstream.ts'

/** A listening server and what it has seen. */
export interface TestServer {
  readonly port: number
  readonly origin: string
  /** Every connection ever made, open or not. */
  readonly connections: readonly Socket[]
  openConnections(): number
}

/** Listens until the test is over. */
export async function listen(server: Server, host = '127.0.0.1', port = 0): Promise<TestServer> {
  const connections: Socket[] = []
  server.on('connection', (socket: Socket) => {
    connections.push(socket)
    socket.on('error', () => {})
  })
  server.listen(port, host)
  await once(server, 'listening')
  onTestFinished(async () => {
    for (const socket of connections) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  const bound = (server.address() as AddressInfo).port
  return {
    port: bound,
    origin: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    connections,
    openConnections: () => connections.filter((socket) => !socket.destroyed).length,
  }
}

/** A server that answers every connection's first bytes with `respond`. */
export function listenRaw(respond: (socket: Socket, request: string) => void): Promise<TestServer> {
  return listen(
    createServer((socket) => {
      socket.once('data', (bytes) => respond(socket, bytes.toString('latin1')))
    }),
  )
}

/** An HTTP server. */
export function listenHttp(listener: RequestListener): Promise<TestServer> {
  return listen(createHttpServer(listener))
}

/** A guarded client that may talk to a local server, closed when the test is over. */
export function clientFor(server: TestServer, options: Partial<UpstreamOptions> = {}) {
  return openClient({ exceptions: allowUpstreams([server.origin.slice('http://'.length)]), ...options })
}

/** A guarded client, closed when the test is over. */
export function openClient(options: UpstreamOptions) {
  const upstream = createUpstream(options)
  onTestFinished(() => upstream.close())
  return upstream
}

/** A plain GET, but for what is given. */
export function requestTo(url: string, overrides: Partial<UpstreamRequest> = {}): UpstreamRequest {
  return {
    tenantId: 'acme',
    method: 'GET',
    url: new URL(url),
    headers: [],
    body: null,
    timeoutMs: 10_000,
    signal: new AbortController().signal,
    ...overrides,
  }
}

/** The whole of a stream. */
export async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Resolves once `condition` holds; the test's own timeout bounds the wait. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}
