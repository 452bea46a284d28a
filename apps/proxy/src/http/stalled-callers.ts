import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Connections } from './connections.ts'

/**
 * Makes every connection tell when nothing has moved on it for a while: what streams or waits on it decides whether that
 * is its caller's fault (`timeout` of its response). A connection on which nothing is to be answered is closed.
 *
 * Node measures this by what its kernel takes, with one timer a connection: nothing is added to a hit.
 */
export function watchForStalls(server: Server, connections: Connections, stalledCallerMs: number): void {
  server.setTimeout(stalledCallerMs, (socket: Socket) => {
    if (connections.isIdle(socket)) socket.destroySoon()
  })
}
