import { connect, type Socket } from 'node:net'

/** What came back on a raw connection until it ended. */
export interface RawAnswer {
  readonly bytes: Buffer
  /** As Latin-1, which gives every byte back. */
  readonly text: string
  /** Whether the connection ended by a reset. */
  readonly wasReset: boolean
}

/** A raw connection to the proxy. */
export interface RawConnection {
  readonly socket: Socket
  /** What came so far. */
  text(): string
  /** Resolves when the other side has ended the connection. */
  readonly ended: Promise<RawAnswer>
}

/** Opens a connection and writes to it. */
export function openRaw(url: string, request: string | Buffer): RawConnection {
  const { hostname, port } = new URL(url)
  const pieces: Buffer[] = []
  const socket = connect(Number(port), hostname, () => socket.write(request))
  socket.on('data', (piece) => pieces.push(piece))
  let wasReset = false
  socket.on('error', (error: NodeJS.ErrnoException) => {
    wasReset ||= error.code === 'ECONNRESET'
  })
  const ended = new Promise<RawAnswer>((resolve) => {
    socket.on('close', () => {
      const bytes = Buffer.concat(pieces)
      resolve({ bytes, text: bytes.toString('latin1'), wasReset })
    })
  })
  return { socket, text: () => Buffer.concat(pieces).toString('latin1'), ended }
}

/** The text of a request for one response on its connection. */
export function rawRequest(target: string, headers: Readonly<Record<string, string>> = {}): string {
  const fields = Object.entries({ Host: 'proxy', Connection: 'close', ...headers })
  return `GET ${target} HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
}

/** The head and the body of a response. */
export function splitResponse({ text }: RawAnswer): { readonly head: string; readonly body: string } {
  const end = text.indexOf('\r\n\r\n')
  return { head: text.slice(0, end), body: text.slice(end + 4) }
}
