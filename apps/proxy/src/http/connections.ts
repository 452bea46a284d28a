import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** The connections of a server and what is still to be answered on them. */
export interface Connections {
  /** Ends every connection on which nothing is to be answered, now and as soon as that is so. */
  endWhenIdle(): void
  /** Whether the head of an answer is out that is not finished. */
  answerHasBegun(socket: Duplex): boolean
}

/**
 * Tracks connections. Node's own `closeIdleConnections` leaves those open that never bore a request, and browsers
 * open such ones ahead of need: a shutdown would wait for them until its deadline.
 */
export function trackConnections(server: Server): Connections {
  const unanswered = new Map<Socket, number>()
  const latest = new WeakMap<Duplex, ServerResponse>()
  let ending = false

  function add(socket: Socket, requests: number): void {
    const open = (unanswered.get(socket) ?? 0) + requests
    unanswered.set(socket, open)
    if (ending && open === 0) socket.destroySoon()
  }

  server.on('connection', (socket: Socket) => {
    add(socket, 0)
    socket.once('close', () => unanswered.delete(socket))
  })
  server.on('request', ({ socket }, outgoing) => {
    add(socket, 1)
    latest.set(socket, outgoing)
    // An answer that never finishes takes its connection with it.
    outgoing.once('finish', () => {
      if (unanswered.has(socket)) add(socket, -1)
    })
  })
  return {
    answerHasBegun(socket) {
      const outgoing = latest.get(socket)
      return outgoing?.headersSent === true && !outgoing.writableFinished
    },
    endWhenIdle() {
      ending = true
      for (const [socket, open] of unanswered) if (open === 0) socket.destroySoon()
    },
  }
}
