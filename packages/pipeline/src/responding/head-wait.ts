import { Readable } from 'node:stream'
import { isEventStream } from '../messages/event-stream.ts'
import type { Transformed } from '../steps/exchange.ts'

/** Long enough for the first bytes that an API sends right behind its head. */
const briefMs = 50

/**
 * How long the head of a response waits for its body, so that one that is broken from its first byte on is a problem with
 * a code. What is scanned has begun already when the scan gives it on; a stream of events waits for nothing.
 */
export function headWaitMs({ received, body }: Transformed): number {
  return body instanceof Readable && !isEventStream(received.upstream.headers) ? briefMs : 0
}
