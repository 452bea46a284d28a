import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { cutConnection } from './write-response.ts'

/** The connections of a server and what is still to be answered on them. */
export interface Connections {
  /** Ends every connection on which nothing is to be answered, now and as soon as that is so. */
  endWhenIdle(): void
  /** Whether nothing is to be answered on a connection. */
  isIdle(socket: Socket): boolean
  /**
   * Goes on telling the responses of a connection that it has drained, which Node stops to do once a CONNECT came on it:
   * those before it would never end.
   */
  keepDraining(socket: Duplex): void
  /** Cuts every response that is not finished, so that none looks whole. */
  cutUnfinished(): void
  /**
   * Calls back when a response that is none of the server's own may be written: the responses to the requests before
   * are out, and that to the request itself has not begun. Where it has, the connection is cut: a second response
   * amid the first would be read as part of its body.
   */
  inTurn(socket: Duplex, respond: () => void): void
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

  const isIdle = (socket: Socket) => answers.get(socket)?.every(isFinished) === true
  const endIfIdle = (socket: Socket) => {
    if (isIdle(socket)) socket.destroySoon()
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
    isIdle,
    cutUnfinished() {
      for (const known of [...answers.values()])
        known.filter((one) => !isFinished(one)).forEach(cutConnection)
    },
    keepDraining(socket) {
      socket.on('drain', () =>
        answers
          .get(socket)
          ?.find((outgoing) => !isFinished(outgoing))
          ?.emit('drain'),
      )
    },
    inTurn(socket, respond) {
      const before = (answers.get(socket) ?? []).filter((outgoing) => !isFinished(outgoing))
      // What is malformed may be the payload of a request that a handler has already.
      const own = before.at(-1)?.req.complete === false ? before.pop() : undefined
      afterAll(before, () => {
        if (!socket.writable) return
        if (own?.headersSent) cutConnection(own)
        else respond()
      })
    },
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

/** One after the other: responses are finished in order, or their connection closes. */
function afterAll([first, ...others]: readonly ServerResponse[], next: () => void): void {
  if (first === undefined) next()
  else if (first.closed || isFinished(first)) afterAll(others, next)
  else first.once('close', () => afterAll(others, next))
}

function isFinished({ writableFinished }: ServerResponse): boolean {
  return writableFinished
}

/** Answers leave in the order of their requests (RFC 9112 §9.3.2): those that are finished stand in front. */
function dropFinished(answers: ServerResponse[]): void {
  while (answers[0] !== undefined && isFinished(answers[0])) answers.shift()
}
