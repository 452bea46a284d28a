import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request as it arrived. */
export interface Received {
  readonly method: string
  /** Path and query, undecoded. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface RecordingServer {
  readonly baseUrl: string
  /** In the order of arrival; tests clear it. */
  readonly received: Received[]
  /** Answers until the next test sets another. */
  answer: (response: ServerResponse, request: Received) => void
  readonly close: () => Promise<void>
}

/** A real server that stands where the proxy stands and keeps what it received. */
export async function startRecordingServer(): Promise<RecordingServer> {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { method = '', url = '', headers } = request
    const arrived = { method, url, headers, body: Buffer.concat(chunks) }
    received.push(arrived)
    recording.answer(response, arrived)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const recording: RecordingServer = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answer: (response) => json(response, { ok: true }),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return recording
}

/** Answers with JSON. */
export function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'x-request-id': 'req-1' })
  response.end(JSON.stringify(body))
}

/** Answers as the proxy does when it refuses. */
export function problem(
  response: ServerResponse,
  document: { readonly status: number; readonly code: string },
): void {
  response.writeHead(document.status, {
    'content-type': 'application/problem+json',
    'x-request-id': 'req-2',
    'x-connector-error': document.code,
  })
  response.end(JSON.stringify(document))
}
