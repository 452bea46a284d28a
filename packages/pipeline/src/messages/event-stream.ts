import type { HeaderList } from './header-list.ts'

/** Whether a response is a stream of events: each of them leaves as it comes, and none is kept. */
export function isEventStream(headers: HeaderList): boolean {
  return headers.some(([name, value]) => name === 'content-type' && eventStream.test(value))
}

/** A media type is compared without regard to case, and may have parameters (RFC 9110 §8.3.1). */
const eventStream = /^text\/event-stream[ \t]*(?:;|$)/i
