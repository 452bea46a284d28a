/**
 * Two things that undici's HTTP/1 client gets wrong, put right between it and its socket.
 *
 * - An unasked `100 Continue` breaks its exchange. RFC 9110 §15.2: a client must be able to parse 1xx answers even
 *   if it does not expect any. (undici skips all others.)
 * - A connection reset ends a body of unknown length as if it were whole.
 */
import diagnosticsChannel from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import type { DiagnosticsChannel } from 'undici'

const headEnd = '\r\n\r\n'
/** A head that goes on for longer is left to undici, which refuses it. */
const maxHeadBytes = 32 * 1024

interface Connection {
  /** Whether the next bytes begin an answer. */
  beginsAnswer: boolean
  /** Bytes that begin an answer, too few to be judged. */
  held: Buffer | undefined
}

const connections = new WeakMap<Socket, Connection>()

// Published right before a request is written. Without pipelining, what is read next is the answer to it.
diagnosticsChannel.subscribe('undici:client:sendHeaders', (message) => {
  const connection = connections.get((message as DiagnosticsChannel.ClientSendHeadersMessage).socket)
  if (connection !== undefined) connection.beginsAnswer = true
})

/** Puts a fresh connection right, before undici takes it over. */
export function correctSocket<S extends Socket>(socket: S): S {
  const connection: Connection = { beginsAnswer: false, held: undefined }
  connections.set(socket, connection)
  const read = socket.read.bind(socket)
  socket.read = (size?: number): Buffer | null => {
    const chunk: Buffer | null = read(size)
    return chunk !== null && connection.beginsAnswer ? skipContinue(connection, chunk) : chunk
  }
  socket.prependListener('error', (error: NodeJS.ErrnoException) => {
    // undici takes ECONNRESET for the end of a body that has no length; it fails on any other code.
    if (error.code === 'ECONNRESET') error.code = 'RESET_BY_PEER'
  })
  return socket
}

/** What is left of an answer's first bytes without any `100 Continue`; `null` until that can be told. */
function skipContinue(connection: Connection, chunk: Buffer): Buffer | null {
  let bytes = connection.held === undefined ? chunk : Buffer.concat([connection.held, chunk])
  connection.held = undefined
  while (mayBeContinue(bytes)) {
    const end = bytes.indexOf(headEnd, 0, 'latin1')
    if (end === -1 && bytes.length > maxHeadBytes) break
    if (end === -1) {
      connection.held = bytes
      return null
    }
    bytes = bytes.subarray(end + headEnd.length)
    if (bytes.length === 0) return null
  }
  connection.beginsAnswer = false
  return bytes
}

function mayBeContinue(bytes: Buffer): boolean {
  const start = bytes.toString('latin1', 0, 'HTTP/1.1 100 '.length)
  return ['HTTP/1.1 100 ', 'HTTP/1.1 100\r'].some((line) => line.startsWith(start))
}
