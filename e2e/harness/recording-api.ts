import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as the API received it. */
export interface Received {
  readonly method: string
  /** Exactly as it stood in the request line. */
  readonly target: string
  /** Lower-case names; repeats joined by `, `. */
  readonly headers: Readonly<Record<string, string>>
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
}

export type Handler = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void

/** A real HTTP server that remembers what it received. */
export interface RecordingApi {
  readonly origin: string
  readonly port: number
  readonly received: Received[]
  /** Requests whose connection is open and whose answer is not out. */
  readonly open: () => number
  close(): Promise<void>
}

/** Answers by the path's first segment; anything else is answered with `{}`. */
export async function startRecordingApi(
  routes: Readonly<Record<string, Handler>> = {},
): Promise<RecordingApi> {
  const received: Received[] = []
  let open = 0
  const server = createServer((request, response) => {
    open++
    response.once('close', () => open--)
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('error', () => response.destroy())
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      received.push(asReceived(request, body))
      const route = routes[request.url?.split(/[/?]/)[1] ?? '']
      if (route !== undefined) route(request, response, body)
      else response.setHeader('content-type', 'application/json').end('{}')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    received,
    open: () => open,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function asReceived(request: IncomingMessage, body: Buffer): Received {
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)])
  return {
    method: request.method ?? '',
    target: request.url ?? '',
    headers: Object.fromEntries(headers),
    rawHeaders: request.rawHeaders,
    body,
  }
}
