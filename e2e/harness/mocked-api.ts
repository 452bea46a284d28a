import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { getResponse, type RequestHandler } from 'msw'

/** A real socket in front of msw handlers: the proxy's guarded client talks to sockets only. */
export interface MockedApi {
  readonly host: string
  readonly origin: string
  close(): Promise<void>
}

/**
 * Serves msw handlers.
 *
 * @param origin - the origin that the handlers name
 */
export async function startMockedApi(origin: string, handlers: RequestHandler[]): Promise<MockedApi> {
  const app = new Hono()
  app.all('*', async (c) => {
    const { pathname, search } = new URL(c.req.url)
    const request = new Request(origin + pathname + search, c.req.raw)
    return (await getResponse(handlers, request)) ?? c.json({ error: 'not mocked' }, 501)
  })
  const server = createServer(getRequestListener(app.fetch))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    host,
    origin: `http://${host}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
