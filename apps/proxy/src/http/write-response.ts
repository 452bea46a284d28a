import type { ServerResponse } from 'node:http'
import type { HeaderRecord } from './header-record.ts'

/** A response whose whole body is at hand. */
export interface WholeResponse {
  readonly status: number
  readonly headers: HeaderRecord
  readonly body: Uint8Array | string | null
}

/**
 * Writes a whole response.
 *
 * @throws what Node throws for a header that HTTP cannot carry; nothing is sent then, and another response may be
 */
export function writeWhole(outgoing: ServerResponse, { status, headers, body }: WholeResponse): void {
  // The length is said here: where Node computes it, it reads the bytes of a Content-Disposition as UTF-8 and throws.
  if (body !== null) {
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength
    outgoing.writeHead(status, { ...headers, 'content-length': String(length) })
    outgoing.end(body)
    return
  }
  // RFC 9110 §15.3.6: a 205 has no content, and says so.
  outgoing.writeHead(status, status === 205 ? { ...headers, 'content-length': '0' } : headers)
  outgoing.end()
}

/**
 * Ends a response that cannot be finished, with a reset: behind a proxy that speaks HTTP/1.0, nginx's default, a
 * connection that is closed in good order looks like the end of a whole body.
 */
export function cutConnection(outgoing: ServerResponse): void {
  if (outgoing.socket !== null) outgoing.socket.resetAndDestroy()
  // Behind the responses to earlier requests, which are not to be cut with it.
  else outgoing.once('socket', (socket) => socket.resetAndDestroy())
  outgoing.destroy()
}
