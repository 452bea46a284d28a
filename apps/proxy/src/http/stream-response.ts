import type { ServerResponse } from 'node:http'
import { finished, type Readable } from 'node:stream'
import { callerTooSlow } from './caller-fault.ts'
import type { DeliveryLimits } from './delivery-limits.ts'
import { DeliveryWatch } from './delivery-watch.ts'
import type { HeaderRecord } from './header-record.ts'
import { cutConnection } from './write-response.ts'

/** A response whose body is still arriving. */
export interface StreamedResponse {
  readonly status: number
  readonly headers: HeaderRecord
  readonly body: Readable
  readonly limits: DeliveryLimits
  /** Called once: whether the whole body was handed over, and what cut it short. */
  readonly onEnd: (whole: boolean, error?: Error) => void
}

/**
 * Streams a body into Node's own response. When the caller goes away, or reads too slowly, the body is destroyed, which
 * aborts the request to the API; when the body fails the connection is cut, so that a part never looks like the whole.
 *
 * @throws what Node throws for a header that HTTP cannot carry; nothing is sent then
 */
export function streamResponse(outgoing: ServerResponse, response: StreamedResponse): void {
  const { status, headers, body, limits, onEnd } = response
  if (outgoing.destroyed) {
    body.destroy()
    onEnd(false)
    return
  }
  outgoing.writeHead(status, headers)
  // What is there already takes the head with it. `flushHeaders` would send it as UTF-8, which a header is not.
  if (body.readableLength === 0) outgoing.write('', 'latin1')
  let failure: Error | undefined
  const cut = (error: Error) => {
    failure ??= error
    cutConnection(outgoing)
  }
  const watch = new DeliveryWatch(outgoing, limits, () => cut(callerTooSlow()))
  body.on('data', (chunk: Buffer) => {
    if (outgoing.write(chunk)) return
    body.pause()
    watch.begin()
  })
  outgoing.on('drain', () => {
    watch.end()
    body.resume()
  })
  // Nothing was read for as long as the server allows; that is the caller's doing only where something waits.
  outgoing.on('timeout', () => {
    if (outgoing.writableLength > 0) cut(callerTooSlow())
  })
  // `stream.pipeline` would do the rest, and end even the best of bodies with an abort, whose `DOMException` costs
  // as much as what else happens here.
  finished(body, { writable: false }, (error) => {
    if (error) return cut(error)
    outgoing.end()
    if (outgoing.writableLength > 0) watch.begin()
  })
  finished(outgoing, (error) => {
    watch.end()
    body.destroy()
    onEnd(!error, failure ?? error ?? undefined)
  })
  body.resume()
}
