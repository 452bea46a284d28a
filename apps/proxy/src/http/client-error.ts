import { randomUUID } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { ProblemError, toProblemDocument } from '@sluice/connector-schema'
import type { Connections } from './connections.ts'

/** Longest head of a request: request line and headers. */
export const maxHeaderBytes = 32 * 1024

/**
 * Responds to what Node could not read as a request, so that this failure speaks as well. There is no response
 * object: the response is written to the socket in its turn, and the connection ends with it.
 */
export function answerClientError(error: Error, socket: Duplex, { inTurn }: Connections): void {
  inTurn(socket, () => writeProblem(malformedRequest(error), socket))
}

/** Responds to CONNECT, which names a place and no path, and for which Node makes no response object. */
export function answerConnect(socket: Duplex, { inTurn }: Connections): void {
  socket.on('error', () => undefined)
  const problem = new ProblemError('INVALID_REQUEST', { detail: 'This server opens no tunnels.' })
  inTurn(socket, () => writeProblem(problem, socket))
}

function writeProblem(problem: ProblemError, socket: Duplex): void {
  const requestId = randomUUID()
  const body = JSON.stringify(toProblemDocument(problem, requestId))
  const head = [
    'HTTP/1.1 400 Bad Request',
    'Connection: close',
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    `X-Connector-Error: ${problem.code}`,
    `X-Request-ID: ${requestId}`,
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

/** What is wrong with a request that could not be read, without the parser's own words. */
export function malformedRequest(error: unknown): ProblemError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return new ProblemError('INVALID_REQUEST', {
    detail: details.get(code) ?? 'The request is not valid HTTP.',
  })
}

const details = new Map<unknown, string>([
  ['HPE_HEADER_OVERFLOW', `The request line and headers are longer than ${maxHeaderBytes} bytes.`],
  ['ERR_HTTP_REQUEST_TIMEOUT', 'The request took too long to arrive.'],
])
