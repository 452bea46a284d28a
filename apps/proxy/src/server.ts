import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { createApp } from './app.ts'
import { answerClientError, answerConnect, malformedRequest, maxHeaderBytes } from './http/client-error.ts'
import { type Connections, trackConnections } from './http/connections.ts'
import { createFrontDoor } from './http/front-door.ts'
import { permalinkOfPlainCall } from './http/plain-call.ts'
import { malformedAnswer } from './http/problem-answer.ts'
import { watchForStalls } from './http/stalled-callers.ts'
import { createStrayErrors } from './http/stray-errors.ts'
import { createExecute } from './routes/execute.ts'
import type { Services } from './services.ts'

/** Where to listen. */
export interface ListenOptions {
  /** 0 chooses a free port. */
  readonly port: number
  readonly host: string
}

/** A server that answers. */
export interface RunningServer {
  readonly url: string
  /** Runs all calls that arrive from now on with other services; those in flight keep theirs. */
  use(services: Services): void
  /**
   * Readiness off, no new connections, calls in flight are finished; after 30 s what is left is cut.
   */
  close(): Promise<void>
  /**
   * Takes an error that nothing handled, for `uncaughtException` and `unhandledRejection`: it is logged, and the exchange
   * that it belongs to ends with `INTERNAL_ERROR`.
   */
  takeStrayError(error: unknown): void
}

const headersTimeoutMs = 15_000
/** A whole request, payload included: as long as an exchange may take. */
const requestTimeoutMs = 60_000
/** Longer than load balancers keep idle connections (60 s), so that it is they who close them. */
const keepAliveTimeoutMs = 65_000
const timeoutCheckMs = 5000
const drainTimeoutMs = 30_000

/**
 * Starts the proxy's server.
 *
 * @throws Error where the port cannot be had.
 */
export async function startServer(services: Services, { port, host }: ListenOptions): Promise<RunningServer> {
  let current = serve(services)
  const takesAtTheDoor = createFrontDoor()
  const strayErrors = createStrayErrors(() => current.services)
  const server = createServer(
    {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: keepAliveTimeoutMs,
      connectionsCheckingInterval: timeoutCheckMs,
      // Its absence is answered as a problem, like everything else.
      requireHostHeader: false,
    },
    (incoming, outgoing) => {
      // A connection that outlives the shutdown's beginning ends with its answer.
      if (current.services.lifecycle.isShuttingDown()) outgoing.shouldKeepAlive = false
      const { services, respond } = current
      strayErrors.within({ incoming, outgoing, services }, () => {
        if (!takesAtTheDoor(incoming, outgoing, services)) respond(incoming, outgoing)
      })
    },
  )
  const connections = trackConnections(server)
  watchForStalls(server, connections, services.delivery.stalledCallerMs)
  server.on('clientError', (error, socket) => answerClientError(error, socket, connections))
  server.on('connect', (_incoming, socket) => {
    connections.keepDraining(socket)
    answerConnect(socket, connections)
  })
  // An expectation that nobody knows may be ignored (RFC 9110 §10.1.1); Node's own 417 would not say who refused.
  server.on('checkExpectation', (incoming, outgoing) => server.emit('request', incoming, outgoing))
  await listen(server, { port, host })
  return {
    url: urlOf(server, host),
    use: (next) => {
      current = serve(next)
    },
    close: () => drain(server, connections, current.services),
    takeStrayError: strayErrors.take,
  }
}

/** How requests are responded to with these services: a plain call at once, all else by the app. */
function serve(services: Services) {
  const execute = createExecute(services)
  const app = createApp(services, execute)
  const listener = getRequestListener(app.fetch, {
    errorHandler: (error) => malformedAnswer(malformedRequest(error)),
  })
  const respond = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const permalink = permalinkOfPlainCall(incoming)
    void (permalink === undefined ? listener(incoming, outgoing) : execute({ incoming, outgoing }, permalink))
  }
  return { services, respond }
}

function listen(server: Server, { port, host }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function urlOf(server: Server, host: string): string {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

async function drain(server: Server, connections: Connections, { lifecycle }: Services): Promise<void> {
  lifecycle.beginShutdown()
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
  connections.endWhenIdle()
  const deadline = setTimeout(() => {
    connections.cutUnfinished()
    server.closeAllConnections()
  }, drainTimeoutMs)
  await closed
  clearTimeout(deadline)
}
