/**
 * Makes the connections of one tenant, and only permitted ones (spec: "Egress guard"). A literal address is
 * judged here, since sockets look up none; a name is resolved once per connection, every address of it must pass,
 * and the socket gets those addresses and no other. So no second resolving can answer differently.
 */
import { isIP } from 'node:net'
import type { SecureContext } from 'node:tls'
import { ProblemError } from '@sluice/connector-schema'
import type { buildConnector } from 'undici'
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

/** What every way to connect has to know. */
export interface ConnectOptions {
  /** For resolving, connecting and the TLS handshake together. */
  readonly connectTimeoutMs: number
  /** Trusted certificates; Node's own when `undefined`. */
  readonly secureContext: SecureContext | undefined
}

/**
 * A way to connect, given how a name becomes addresses. It connects to those and no other, or to the address that
 * stands in place of a name.
 */
export type ConnectThrough = (resolve: Resolve) => buildConnector.connector

interface GuardedConnectorOptions {
  readonly tenantId: string
  readonly exceptions: EgressExceptions
  readonly resolve: Resolve
  readonly connectThrough: ConnectThrough
}

/** A connector for undici's dispatchers. It fails with `DESTINATION_NOT_ALLOWED` or `UPSTREAM_UNREACHABLE`. */
export function createGuardedConnector(options: GuardedConnectorOptions): buildConnector.connector {
  const { tenantId, exceptions, resolve, connectThrough } = options
  const isAllowed = (address: string) =>
    isPublicAddress(address) || permitsAddress(exceptions, tenantId, address)
  const toAllowed = connectThrough((hostname) => resolveAllowed(hostname, resolve, isAllowed))
  // For hosts that an exception names: their addresses are the operator's business.
  const toAny = connectThrough((hostname) => resolveAllowed(hostname, resolve, isAddress))

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

async function resolveAllowed(hostname: string, resolve: Resolve, isAllowed: (address: string) => boolean) {
  const addresses = await resolve(hostname)
  if (addresses.length === 0) {
    throw new ProblemError('UPSTREAM_UNREACHABLE', { detail: 'The name of the API has no address.' })
  }
  // All must pass, or a name with a good and a bad address would reach the bad one by chance.
  if (!addresses.every(({ address }) => isAllowed(address))) {
    throw notAllowed('The name of the API resolves to an address that is not public.')
  }
  return addresses
}

function isAddress(text: string): boolean {
  return isIP(text) !== 0
}

function notAllowed(reason: string): ProblemError {
  return new ProblemError('DESTINATION_NOT_ALLOWED', { detail: reason })
}
