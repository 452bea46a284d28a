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
  // Requests may be sent before the one in front of them is answered, so there may be several.
  const unfinished = new Map<Duplex, Set<ServerResponse>>()
  let ending = false

  server.on('connection', (socket: Socket) => {
    unfinished.set(socket, new Set())
    if (ending) socket.destroySoon()
    socket.once('close', () => unfinished.delete(socket))
  })
  server.on('request', ({ socket }, outgoing) => {
    const answers = unfinished.get(socket)
    answers?.add(outgoing)
    // An answer that never finishes takes its connection with it.
    outgoing.once('finish', () => {
      answers?.delete(outgoing)
      if (ending && answers?.size === 0) socket.destroySoon()
    })
  })
  return {
    answerHasBegun(socket) {
      return [...(unfinished.get(socket) ?? [])].some((outgoing) => outgoing.headersSent)
    },
    endWhenIdle() {
      ending = true
      for (const [socket, answers] of unfinished) {
        if (answers.size === 0) (socket as Socket).destroySoon()
      }
    },
  }
}
