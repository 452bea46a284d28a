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
  // Requests may be sent before the one in front of them is answered, so there may be several. Those that are finished
  // stay until the next one comes: a listener for each answer would cost more than the look.
  const answers = new Map<Duplex, readonly ServerResponse[]>()
  let ending = false

  const unfinishedOf = (socket: Duplex) =>
    (answers.get(socket) ?? []).filter(({ writableFinished }) => !writableFinished)
  const endIfIdle = (socket: Socket) => {
    if (unfinishedOf(socket).length === 0) socket.destroySoon()
  }

  server.on('connection', (socket: Socket) => {
    answers.set(socket, [])
    if (ending) socket.destroySoon()
    socket.once('close', () => answers.delete(socket))
  })
  server.on('request', ({ socket }, outgoing) => {
    answers.set(socket, [...unfinishedOf(socket), outgoing])
    if (ending) outgoing.once('finish', () => endIfIdle(socket))
  })
  return {
    answerHasBegun: (socket) => unfinishedOf(socket).some(({ headersSent }) => headersSent),
    endWhenIdle() {
      ending = true
      for (const [socket, known] of answers) {
        // An answer that never finishes takes its connection with it.
        for (const outgoing of known) outgoing.once('finish', () => endIfIdle(socket as Socket))
        endIfIdle(socket as Socket)
      }
    },
  }
}
