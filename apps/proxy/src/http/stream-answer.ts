import type { ServerResponse } from 'node:http'
import { pipeline, type Readable } from 'node:stream'
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
  if (outgoing.destroyed) {
    // `pipeline` throws where there is nothing to write to.
    answer.body.destroy()
    answer.onEnd(false)
    return RESPONSE_ALREADY_SENT
  }
  outgoing.writeHead(answer.status, answer.headers)
  // A flushed head goes out as UTF-8, one with the first chunk as Latin-1, which is what a header is.
  if (Object.values(answer.headers).every((value) => ascii.test(value))) outgoing.flushHeaders()
  pipeline(answer.body, outgoing, (error) => answer.onEnd(!error, error ?? undefined))
  return RESPONSE_ALREADY_SENT
}
