import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** A request on a raw connection. */
export interface RawRequest {
  /** Request line and header fields, as they came (Latin-1). */
  readonly head: string
  readonly body: Buffer
  /** From 1, on its connection. */
  readonly numberOnConnection: number
}

/** An API that speaks in bytes, for what no HTTP server would send. */
export interface RawApi {
  readonly host: string
  /** Every request whose head and announced body came. */
  readonly received: readonly RawRequest[]
  connections(): number
  close(): Promise<void>
}

const headEnd = '\r\n\r\n'

/** Starts an API that gives each whole request to `respond`. Bodies are read by their `Content-Length`. */
export async function startRawApi(
  respond: (socket: Socket, request: RawRequest) => unknown,
): Promise<RawApi> {
  const received: RawRequest[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer((socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
    let bytes: Buffer = Buffer.alloc(0)
    let numberOnConnection = 0
    socket.on('data', (piece) => {
      bytes = Buffer.concat([bytes, piece])
      for (;;) {
        const end = bytes.indexOf(headEnd)
        if (end === -1) return
        const head = bytes.toString('latin1', 0, end)
        const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
        const bodyAt = end + headEnd.length
        if (bytes.length < bodyAt + length) return
        const body = bytes.subarray(bodyAt, bodyAt + length)
        bytes = bytes.subarray(bodyAt + length)
        numberOnConnection += 1
        const request = { head, body, numberOnConnection }
        received.push(request)
        respond(socket, request)
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    connections: () => connections,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A response with a length. */
export function response(body: string, fields = '', status = '200 OK'): string {
  return `HTTP/1.1 ${status}\r\n${fields}Content-Length: ${Buffer.byteLength(body, 'latin1')}\r\n\r\n${body}`
}
