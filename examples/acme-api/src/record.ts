import type { IncomingMessage, ServerResponse } from 'node:http'

/** A request as it arrived on the socket, before any framework read, normalised or dropped a thing. */
export interface RecordedRequest {
  readonly method: string
  /** The request target as sent: path and query, neither decoded nor normalised. */
  readonly url: string
  /** Names in the case, order and number in which they came. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** The body as far as it has come. */
  readonly body: Buffer
  /** Whether the body came to its end. */
  readonly complete: boolean
  /** What became of the exchange: still running, answered to the end, or given up by either side. */
  readonly outcome: 'open' | 'answered' | 'aborted'
}

/**
 * Adds the request to `received` when its head has arrived, and keeps the entry up to date: a test that
 * asserts that nothing was sent must also see what was sent half.
 */
export function record(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  received: RecordedRequest[],
): void {
  const chunks: Buffer[] = []
  let outcome: RecordedRequest['outcome'] = 'open'
  // The parser hands every chunk to push() as it arrives. A 'data' listener would start the flow before the
  // application listens, and change what is being watched.
  const push = incoming.push.bind(incoming)
  incoming.push = (chunk: Buffer | null, encoding?: BufferEncoding) => {
    if (chunk !== null) chunks.push(Buffer.from(chunk))
    return push(chunk, encoding)
  }
  outgoing.once('close', () => {
    outcome = outgoing.writableFinished ? 'answered' : 'aborted'
  })
  received.push({
    method: incoming.method ?? '',
    url: incoming.url ?? '',
    headers: pairs(incoming.rawHeaders),
    get body() {
      return Buffer.concat(chunks)
    },
    get complete() {
      return incoming.complete
    },
    get outcome() {
      return outcome
    },
  })
}

function pairs(rawHeaders: readonly string[]): readonly (readonly [string, string])[] {
  const headers: [string, string][] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    headers.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? ''])
  }
  return headers
}
