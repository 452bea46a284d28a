import type { IncomingMessage } from 'node:http'
import { Transform } from 'node:stream'
import { ProblemError } from '@sluice/connector-schema'
import { type Payload, payloadTooLarge } from '@sluice/pipeline'

/**
 * The caller's payload as a stream of its own: whoever destroys it leaves the caller's connection open, so that
 * there is one to answer on. A payload that turns out too long or is cut short fails the stream, and with it the
 * request to the API. No byte is copied.
 *
 * @throws ProblemError `PAYLOAD_TOO_LARGE` at once where the announced length is too long.
 */
export function receivePayload(incoming: IncomingMessage, limitBytes: number): Payload | null {
  if (!bearsBody(incoming)) return null
  const { 'content-length': announced, 'content-type': contentType } = incoming.headers
  const length = announced === undefined ? undefined : Number(announced)
  if (length !== undefined && length > limitBytes) throw payloadTooLarge(limitBytes)

  let received = 0
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.byteLength
      if (received > limitBytes) done(payloadTooLarge(limitBytes))
      else done(null, chunk)
    },
  })
  // Whoever reads the stream hears of its failure; before that, nobody has to.
  stream.on('error', () => undefined)
  incoming.on('error', () => undefined)
  incoming.once('close', () => {
    if (incoming.complete) return
    stream.destroy(new ProblemError('INVALID_REQUEST', { detail: 'The payload ended before it was whole.' }))
  })
  incoming.pipe(stream)
  return { stream, contentType, length }
}

/** Whether the request has a body: one of the two fields announces it (RFC 9112 §6). */
export function bearsBody(incoming: IncomingMessage): boolean {
  const length = incoming.headers['content-length']
  return incoming.headers['transfer-encoding'] !== undefined || (length !== undefined && Number(length) > 0)
}
