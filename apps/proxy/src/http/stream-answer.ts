import type { ServerResponse } from 'node:http'
import { finished, type Readable } from 'node:stream'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { HeaderRecord } from './header-record.ts'

/** An answer whose body is still arriving. */
export interface StreamedAnswer {
  readonly status: number
  readonly headers: HeaderRecord
  readonly body: Readable
  /** Called once: whether the whole body was handed over, and what cut it short. */
  readonly onEnd: (whole: boolean, error?: Error) => void
}

const ascii = /^[\x00-\x7f]*$/

/**
 * Pipes a body into Node's own response. When the caller goes away the body is destroyed, which aborts the
 * request to the API; when the body fails the connection is cut, so that a part never looks like the whole.
 */
export function streamAnswer(outgoing: ServerResponse, answer: StreamedAnswer): Response {
  const { status, headers, body, onEnd } = answer
  if (outgoing.destroyed) {
    body.destroy()
    onEnd(false)
    return RESPONSE_ALREADY_SENT
  }
  outgoing.writeHead(status, headers)
  // What is there already takes the head with it. A head that is flushed goes out as UTF-8, one with the first piece
  // as Latin-1, which is what a header is.
  const waits = body.readableLength === 0
  if (waits && Object.values(headers).every((value) => ascii.test(value))) outgoing.flushHeaders()
  // `stream.pipeline` would do the rest, and end even the best of answers with an abort, whose `DOMException` costs
  // as much as what else happens here.
  let failure: Error | undefined
  finished(body, { writable: false }, (error) => {
    if (!error) return
    failure = error
    outgoing.destroy()
  })
  finished(outgoing, (error) => {
    body.destroy()
    onEnd(!error, failure ?? error ?? undefined)
  })
  body.pipe(outgoing)
  return RESPONSE_ALREADY_SENT
}
