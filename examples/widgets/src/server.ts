import { once } from 'node:events'
import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { bundlePage } from './bundle.ts'
import type { DemoUser } from './demo-config.ts'
import { createPageApp } from './page-app.ts'
import { createTracer } from './trace-call.ts'

export interface WidgetsPageOptions {
  /** 0: any free port. */
  readonly port: number
  readonly host?: string
  /** Where the page's widgets find the proxy; the proxy must list the page's origin. */
  readonly proxyUrl: string
  /** The secret with which the proxy verifies session tokens. */
  readonly sessionSecret: string
  readonly tenantId?: string
  /** Who one can be on the page. */
  readonly users: readonly DemoUser[]
  /** The configuration with which calls are traced; without it the page has no traces. */
  readonly configFile?: string
}

export interface WidgetsPage {
  /** Origin, without a slash at the end. */
  readonly url: string
  close(): Promise<void>
}

/** Bundles and serves the page. Rejects with Node's own error when the port cannot be had. */
export async function startWidgetsPage(options: WidgetsPageOptions): Promise<WidgetsPage> {
  const { port, host = 'localhost', tenantId = 'demo', proxyUrl, sessionSecret, users, configFile } = options
  const trace = configFile === undefined ? undefined : createTracer(configFile)
  const files = await bundlePage()
  const app = createPageApp({ files, proxyUrl, tenantId, sessionSecret, users, trace })
  const server = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }))
  server.listen(port, host)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port')
  return {
    url: `http://${host}:${address.port}`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
