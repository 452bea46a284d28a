/**
 * Four things that undici's HTTP/1 client gets wrong or keeps to itself, put right between it and its socket.
 *
 * - An unasked `100 Continue` breaks its exchange. RFC 9110 §15.2: a client must be able to parse 1xx responses even
 *   if it does not expect any. (undici skips all others.)
 * - Equal lengths, said twice, are refused.
 * - A connection reset ends a body of unknown length as if it were whole.
 * - That a connection had been used before, and ended before the first byte of a response, cannot be told from its
 *   errors: such a request may be sent again (RFC 9112 §9.3.1).
 */
import diagnosticsChannel from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import type { DiagnosticsChannel } from 'undici'
import { withOneLength } from './equal-lengths.ts'

const headEnd = '\r\n\r\n'
const maxHeadBytes = 32 * 1024

interface Connection {
  /** How many requests were sent on it. */
  requests: number
  /** Whether a byte came since the last of them was sent. */
  hasResponded: boolean
  /** Whether the next bytes begin an answer. */
  beginsAnswer: boolean
  /** The beginning of a head that is not whole yet. */
  held: Buffer | undefined
}

const connections = new WeakMap<Socket, Connection>()

// Published right before a request is written. Without pipelining, what is read next is the answer to it.
diagnosticsChannel.subscribe('undici:client:sendHeaders', (message) => {
  const connection = connections.get((message as DiagnosticsChannel.ClientSendHeadersMessage).socket)
  if (connection === undefined) return
  connection.beginsAnswer = true
  connection.requests += 1
  connection.hasResponded = false
})

/** Puts a fresh connection right, before undici takes it over. */
export function correctSocket<S extends Socket>(socket: S): S {
  const connection: Connection = { requests: 0, hasResponded: false, beginsAnswer: false, held: undefined }
  connections.set(socket, connection)
  const read = socket.read.bind(socket)
  socket.read = (size?: number): Buffer | null => {
    const chunk: Buffer | null = read(size)
    if (chunk !== null) connection.hasResponded = true
    return chunk !== null && connection.beginsAnswer ? correctedHead(connection, chunk) : chunk
  }
  socket.prependListener('error', (error: NodeJS.ErrnoException) => {
    // undici takes ECONNRESET for the end of a body that has no length; it fails on any other code.
    if (error.code === 'ECONNRESET') error.code = 'RESET_BY_PEER'
    if (hasGoneStale(connection)) Object.assign(error, { [staleMark]: true })
  })
  // A close in good order is no error yet; undici would make one that does not tell.
  socket.prependListener('end', () => {
    if (hasGoneStale(connection)) socket.destroy(new ClosedByPeer())
  })
  return socket
}

const staleMark = Symbol('a connection that was used before ended before a response')

/** Whether an error is that of a connection that had been used before and ended before the first byte of a response. */
export function isOfStaleConnection(error: Error): boolean {
  return staleMark in error
}

function hasGoneStale({ requests, hasResponded }: Connection): boolean {
  return requests > 1 && !hasResponded
}

class ClosedByPeer extends Error {
  override readonly name = 'ClosedByPeer'
  readonly code = 'CLOSED_BY_PEER'
}

/** A response's first bytes as undici can read them; `null` until its head is whole. */
function correctedHead(connection: Connection, chunk: Buffer): Buffer | null {
  let bytes = connection.held === undefined ? chunk : Buffer.concat([connection.held, chunk])
  connection.held = undefined
  for (;;) {
    const end = bytes.indexOf(headEnd, 0, 'latin1')
    // What is no HTTP, or a head without an end, is left to undici, which refuses it.
    if (end === -1 && (bytes.length > maxHeadBytes || !mayBegin(bytes, 'HTTP/1.'))) break
    if (end === -1) {
      connection.held = bytes
      return null
    }
    if (!isContinue(bytes)) {
      bytes = withOneLength(bytes, end)
      break
    }
    bytes = bytes.subarray(end + headEnd.length)
    if (bytes.length === 0) return null
  }
  connection.beginsAnswer = false
  return bytes
}

function isContinue(bytes: Buffer): boolean {
  return /^HTTP\/1\.1 100[ \r]/.test(bytes.toString('latin1', 0, 'HTTP/1.1 100 '.length))
}

/** Whether bytes begin with a text, as far as there are any. */
function mayBegin(bytes: Buffer, text: string): boolean {
  const begun = bytes.toString('latin1', 0, text.length)
  return text.startsWith(begun)
}
