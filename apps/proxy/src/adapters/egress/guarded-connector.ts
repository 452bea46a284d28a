/**
 * Makes the connections of one tenant, and only permitted ones (spec: "Egress guard"). A literal address is
 * judged here, since sockets look up none; a name is resolved once per connection, every address of it must pass,
 * and the socket gets those addresses and no other. So no second resolving can answer differently.
 */
import { isIP, type LookupFunction } from 'node:net'
import type { SecureContext } from 'node:tls'
import { ProblemError } from '@sluice/connector-schema'
import { buildConnector } from 'undici'
import { isPublicAddress } from './address-policy.ts'
import { endpointOf, urlRefusal } from './destination.ts'
import { type EgressExceptions, permitsAddress, permitsPrivateHost } from './exceptions.ts'
import { toProblem } from './failures.ts'
import { correctSocket } from './socket-corrections.ts'

/** One address that a name resolves to. */
export interface ResolvedAddress {
  readonly address: string
  readonly family: number
}

/** All addresses of a name. */
export type Resolve = (hostname: string) => Promise<readonly ResolvedAddress[]>

interface GuardedConnectorOptions {
  readonly tenantId: string
  readonly exceptions: EgressExceptions
  readonly resolve: Resolve
  /** For resolving, connecting and the TLS handshake together. */
  readonly connectTimeoutMs: number
  /** Trusted certificates; Node's own when `undefined`. */
  readonly secureContext: SecureContext | undefined
}

/** A connector for undici's dispatchers. It fails with `DESTINATION_NOT_ALLOWED` or `UPSTREAM_UNREACHABLE`. */
export function createGuardedConnector(options: GuardedConnectorOptions): buildConnector.connector {
  const { tenantId, exceptions } = options
  const isAllowed = (address: string) =>
    isPublicAddress(address) || permitsAddress(exceptions, tenantId, address)
  const toAllowed = connectThrough(createLookup(options.resolve, isAllowed), options)
  // For hosts that an exception names: their addresses are the operator's business.
  const toAny = connectThrough(createLookup(options.resolve, isAddress), options)

  return (target, callback) => {
    const url = new URL(`${target.protocol}//${target.host ?? ''}`)
    const reason = urlRefusal(url, tenantId, exceptions)
    if (reason !== undefined) return callback(notAllowed(reason), null)
    const endpoint = endpointOf(url)
    const connect = permitsPrivateHost(exceptions, tenantId, endpoint) ? toAny : toAllowed
    // RFC 6066 §3: the server name is the DNS name without a trailing dot, and never an address.
    const servername = isIP(endpoint.host) === 0 ? endpoint.host : ''
    connect({ ...target, hostname: endpoint.host, servername }, (error, socket) => {
      if (error) return callback(toProblem(error, 'before-headers'), null)
      callback(null, correctSocket(socket))
    })
  }
}

function connectThrough(lookup: LookupFunction, options: GuardedConnectorOptions): buildConnector.connector {
  const { connectTimeoutMs, secureContext } = options
  return buildConnector({
    lookup,
    // The socket tries the addresses that `lookup` gave it in turn, and always asks for all of them.
    autoSelectFamily: true,
    // One request a connection at a time: aborting it closes the socket, and nobody else's exchange with it.
    allowH2: false,
    timeout: connectTimeoutMs,
    ...(secureContext && { secureContext }),
  })
}

function createLookup(resolve: Resolve, isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, _options, callback) => {
    resolveAllowed(hostname, resolve, isAllowed).then(
      (addresses) => callback(null, addresses),
      (error: unknown) => callback(toProblem(error, 'before-headers'), []),
    )
  }
}

async function resolveAllowed(hostname: string, resolve: Resolve, isAllowed: (address: string) => boolean) {
  const addresses = await resolve(hostname)
  if (addresses.length === 0) {
    throw new ProblemError('UPSTREAM_UNREACHABLE', { detail: 'The name of the API has no address.' })
  }
  // All must pass, or a name with a good and a bad address would reach the bad one by chance.
  if (!addresses.every(({ address }) => isAllowed(address))) {
    throw notAllowed('The name of the API resolves to an address that is not public.')
  }
  return addresses.map(({ address }) => ({ address, family: isIP(address) }))
}

function isAddress(text: string): boolean {
  return isIP(text) !== 0
}

function notAllowed(reason: string): ProblemError {
  return new ProblemError('DESTINATION_NOT_ALLOWED', { detail: reason })
}
