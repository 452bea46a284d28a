import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as an API received it. */
export interface ReceivedRequest {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  /** Resolves when the request's body was whole; rejects when it broke off. */
  readonly body: Promise<Buffer>
}

/** An API on loopback that answers as the test says. */
export interface SampleApi {
  readonly host: string
  readonly received: ReceivedRequest[]
  /** Requests that are being answered. */
  openRequests(): number
  close(): Promise<void>
}

export type Answering = (incoming: IncomingMessage, outgoing: ServerResponse) => unknown

/** Starts an API. */
export async function startSampleApi(answer: Answering): Promise<SampleApi> {
  const received: ReceivedRequest[] = []
  let open = 0
  const server = createServer((incoming, outgoing) => {
    open += 1
    outgoing.once('close', () => {
      open -= 1
    })
    const body = readWhole(incoming)
    body.catch(() => undefined)
    received.push({ method: incoming.method ?? '', url: incoming.url ?? '', headers: incoming.headers, body })
    answer(incoming, outgoing)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    openRequests: () => open,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function readWhole(incoming: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => resolve(Buffer.concat(chunks)))
    incoming.on('close', () => {
      if (!incoming.complete) reject(new Error('The request broke off'))
    })
    incoming.on('error', reject)
  })
}
