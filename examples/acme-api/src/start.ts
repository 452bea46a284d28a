import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { type AcmeApiOptions, createAcmeApi } from './app.ts'
import { type RecordedRequest, record } from './record.ts'

export interface StartAcmeApiOptions extends AcmeApiOptions {
  /** 0: any free port. */
  readonly port: number
  readonly host?: string
  /** Keeps every request, whole, in `received`: for tests only, as it grows without end. */
  readonly record?: boolean
}

export interface AcmeApi {
  /** Origin, without a slash at the end. */
  readonly url: string
  /** Every request so far, in the order of arrival; stays empty unless `record` is set. */
  readonly received: RecordedRequest[]
  /** Stops at once: calls in flight are cut. */
  close(): Promise<void>
}

/** Serves Acme over plain HTTP. Rejects with Node's own error when the port cannot be had. */
export async function startAcmeApi(options: StartAcmeApiOptions): Promise<AcmeApi> {
  const { port, host = '127.0.0.1' } = options
  const received: RecordedRequest[] = []
  const answer = getRequestListener(createAcmeApi(options).fetch, { overrideGlobalObjects: false })
  const server = createServer((incoming, outgoing) => {
    if (options.record === true) record(incoming, outgoing, received)
    void answer(incoming, outgoing)
  })
  server.listen(port, host)
  await once(server, 'listening')
  return { url: `http://${host}:${portOf(server)}`, received, close: () => close(server) }
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port')
  return address.port
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
