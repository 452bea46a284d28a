import type { Reply } from './send.ts'

interface Flight extends AbortController {
  reply: Promise<Reply>
  /** How many calls still want its answer. */
  callers: number
}

/**
 * Sends a request unless the same one is in the air already.
 *
 * @param over - aborts once the call has ended, however; the request ends with the last of its calls
 */
export type Share = (
  key: string,
  over: AbortSignal,
  start: (signal: AbortSignal) => Promise<Reply>,
) => Promise<Reply>

/** The requests in the air of one client. A request is shared until its answer begins. */
export function createShare(): Share {
  const flights = new Map<string, Flight>()
  return async (key, over, start) => {
    over.throwIfAborted()
    const land = () => flights.get(key) === flight && flights.delete(key)
    let flight = flights.get(key) as Flight
    if (!flight) {
      flight = Object.assign(new AbortController(), { callers: 0 }) as Flight
      flights.set(key, flight)
      flight.reply = start(flight.signal).finally(land)
    }
    flight.callers++
    over.onabort = () => {
      if (--flight.callers) return
      land()
      flight.abort()
    }
    const reply = await flight.reply
    // Each call reads a body of its own; that of a failure is read already.
    return reply.response.ok ? { response: reply.response.clone() } : reply
  }
}
