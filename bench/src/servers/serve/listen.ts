import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Listens on a free port of loopback, says so on stdout, and ends in order when asked to. */
export function listen(server: Server): void {
  server.listen(0, '127.0.0.1', () => {
    console.log(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  })
  endOnSignal(() => server.closeAllConnections())
}

/** An orderly end lets a profile be written. */
export function endOnSignal(close: () => unknown): void {
  process.once('SIGTERM', () => {
    close()
    process.exit()
  })
}
