/** Connects without an outbound proxy: one socket to an address that the guard has checked. */
import { isIP, type LookupFunction } from 'node:net'
import { buildConnector } from 'undici'
import { toProblem } from './failures.ts'
import type { ConnectOptions, ConnectThrough, Resolve } from './guarded-connector.ts'

/** The usual way to connect. */
export function connectDirectly({ connectTimeoutMs, secureContext }: ConnectOptions): ConnectThrough {
  return (resolve) =>
    buildConnector({
      lookup: createLookup(resolve),
      // The socket tries the addresses that `lookup` gave it in turn, and always asks for all of them.
      autoSelectFamily: true,
      // One request a connection at a time: aborting it closes the socket, and nobody else's exchange with it.
      allowH2: false,
      timeout: connectTimeoutMs,
      ...(secureContext && { secureContext }),
    })
}

function createLookup(resolve: Resolve): LookupFunction {
  return (hostname, _options, callback) => {
    resolve(hostname).then(
      (addresses) =>
        callback(
          null,
          addresses.map(({ address }) => ({ address, family: isIP(address) })),
        ),
      (error: unknown) => callback(toProblem(error, 'before-headers'), []),
    )
  }
}
