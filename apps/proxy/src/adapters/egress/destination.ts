/** The part of the egress guard that needs no resolving: scheme, port, host name, literal address. */
import { isIP } from 'node:net'
import { isPublicAddress } from './address-policy.ts'
import {
  type EgressExceptions,
  type Endpoint,
  permitsAddress,
  permitsHttp,
  permitsPort,
  permitsPrivateHost,
} from './exceptions.ts'
import { hostOf, nameRefusal } from './host-policy.ts'

const usualPorts = [443, 8443]

/** Where a URL points, as an author wrote it. */
export interface Destination {
  /** Without the colon. */
  readonly scheme: string
  /** A name or address, or one with its port; IPv6 in brackets. */
  readonly host: string
  /** `undefined` for the one that stands in `host`, or the scheme's own. */
  readonly port?: number | undefined
}

/**
 * Why a tenant's request may not go to a destination, as far as can be said without resolving its name: a
 * sentence for the author of a definition, or `undefined` if nothing speaks against it.
 */
export function checkLiteralDestination(
  { scheme, host, port }: Destination,
  tenantId: string,
  exceptions: EgressExceptions,
): string | undefined {
  // The parser would end the host at these instead of refusing it.
  const url = /[\s@/\\?#]/.test(host)
    ? null
    : URL.parse(`${scheme}://${host}${port === undefined ? '' : `:${port}`}/`)
  return url === null ? 'The host is not a valid name or address.' : urlRefusal(url, tenantId, exceptions)
}

/** The same for a parsed URL. */
export function urlRefusal(url: URL, tenantId: string, exceptions: EgressExceptions): string | undefined {
  // guard: https-only
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'Only https is allowed.'
  const endpoint = endpointOf(url)
  // guard: plain-http-by-exception-only
  if (url.protocol === 'http:' && !permitsHttp(exceptions, tenantId, endpoint)) {
    return 'Plain http is not allowed to this host and port.'
  }
  // guard: usual-ports
  if (!usualPorts.includes(endpoint.port) && !permitsPort(exceptions, tenantId, endpoint)) {
    return `Port ${endpoint.port} is not allowed; ${usualPorts.join(' and ')} are.`
  }
  if (permitsPrivateHost(exceptions, tenantId, endpoint)) return undefined
  // guard: names-of-private-networks
  if (isIP(endpoint.host) === 0) return nameRefusal(endpoint.host)
  const isAllowed = isPublicAddress(endpoint.host) || permitsAddress(exceptions, tenantId, endpoint.host)
  return isAllowed ? undefined : 'The host is an address that is not public.'
}

/** The endpoint that an http or https URL names. */
export function endpointOf(url: URL): Endpoint {
  if (url.port !== '') return { host: hostOf(url), port: Number(url.port) }
  return { host: hostOf(url), port: url.protocol === 'https:' ? 443 : 80 }
}
