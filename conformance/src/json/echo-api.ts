import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An API that sends what it is told to, and keeps the last payload that it received. */
export interface EchoApi {
  /** `host:port`. */
  readonly host: string
  /** The body of its next responses. */
  body: Buffer
  readonly payload: Buffer | undefined
  close(): Promise<void>
}

/** Starts it on a free port of loopback. */
export async function startEchoApi(): Promise<EchoApi> {
  let payload: Buffer | undefined
  const server = createServer(async (request, response) => {
    payload = Buffer.concat(await request.toArray())
    response.setHeader('content-type', 'application/json').end(api.body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const api = {
    host: `127.0.0.1:${port}`,
    body: Buffer.from('{}'),
    get payload() {
      return payload
    },
    async close() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
  return api
}
