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
  // stay until the next one comes, which is some 3 KB for an idle connection: a listener for each would cost a hit 0.02.
  const answers = new Map<Duplex, ServerResponse[]>()
  let ending = false

  const endIfIdle = (socket: Socket) => {
    if (answers.get(socket)?.every(isFinished)) socket.destroySoon()
  }

  server.on('connection', (socket: Socket) => {
    answers.set(socket, [])
    if (ending) socket.destroySoon()
    socket.once('close', () => answers.delete(socket))
  })
  server.on('request', ({ socket }, outgoing) => {
    const known = answers.get(socket)
    if (known === undefined) return
    dropFinished(known)
    known.push(outgoing)
    if (ending) outgoing.once('finish', () => endIfIdle(socket))
  })
  return {
    answerHasBegun: (socket) =>
      (answers.get(socket) ?? []).some((outgoing) => outgoing.headersSent && !isFinished(outgoing)),
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

function isFinished({ writableFinished }: ServerResponse): boolean {
  return writableFinished
}

/** Answers leave in the order of their requests (RFC 9112 §9.3.2): those that are finished stand in front. */
function dropFinished(answers: ServerResponse[]): void {
  while (answers[0] !== undefined && isFinished(answers[0])) answers.shift()
}
