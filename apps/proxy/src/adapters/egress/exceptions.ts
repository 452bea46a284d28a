/**
 * What an operator allows beyond the egress guard's rules: three switches that open nothing by themselves that
 * belongs to another (spec: "Egress guard"). Each entry holds for every tenant or for one.
 */
import { type Address, type Block, isWithin, parseAddress } from './address-policy.ts'
import { normaliseHost } from './host-policy.ts'

interface Scoped {
  /** The only tenant for whom the exception holds; `undefined` for all. */
  readonly tenantId: string | undefined
}

/** Lets a host be, or resolve to, an address that is not public. */
type PrivateException = Scoped &
  ({ readonly host: string; readonly port: number | undefined } | { readonly block: Block })

interface PortException extends Scoped {
  readonly host: string | undefined
  readonly port: number
}

interface HttpException extends Scoped {
  readonly host: string
  readonly port: number
}

/** The three switches, parsed. */
export interface EgressExceptions {
  readonly allowPrivate: readonly PrivateException[]
  readonly allowPorts: readonly PortException[]
  readonly allowHttp: readonly HttpException[]
}

/** A place to connect to: the host normalised, the port always given. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

/**
 * Parses `SLUICE_EGRESS_ALLOW_PRIVATE`: host names, addresses and CIDR blocks, separated by commas, each as
 * `entry` or `tenant=entry`. A name stands for itself alone, whatever it resolves to; an address or block for
 * itself, written or resolved.
 *
 * @throws Error that names the entry and what is wrong with it.
 */
export function parseAllowPrivate(text: string): PrivateException[] {
  return parseEntries(text, (entry) => {
    const [base = '', bits] = entry.split('/')
    if (bits !== undefined) return { block: parseBlock(base, bits, entry) }
    const host = parseHost(base, entry)
    const address = parseAddress(host)
    return address === undefined ? { host, port: undefined } : { block: [address, longestPrefix(address)] }
  })
}

/**
 * Parses `SLUICE_EGRESS_ALLOW_PORTS`: port numbers, separated by commas, each as `port` or `tenant=port`.
 *
 * @throws Error that names the entry and what is wrong with it.
 */
export function parseAllowPorts(text: string): PortException[] {
  return parseEntries(text, (entry) => ({ host: undefined, port: parsePort(entry, entry) }))
}

/**
 * Parses `SLUICE_EGRESS_ALLOW_HTTP`: `host:port`, separated by commas, each as `entry` or `tenant=entry`; IPv6 in
 * brackets.
 *
 * @throws Error that names the entry and what is wrong with it.
 */
export function parseAllowHttp(text: string): HttpException[] {
  return parseEntries(text, parseEndpoint)
}

/**
 * The `allow_upstreams` of `sluice dev`: all three switches, for exactly one `host:port` each. A name that merely
 * resolves to a listed address is not let through.
 *
 * @throws Error that names the entry and what is wrong with it.
 */
export function allowUpstreams(entries: readonly string[]): EgressExceptions {
  const endpoints = entries.map((entry) => ({ tenantId: undefined, ...parseEndpoint(entry) }))
  return { allowPrivate: endpoints, allowPorts: endpoints, allowHttp: endpoints }
}

/** Whether plain http may be spoken to an endpoint. */
export function permitsHttp(
  exceptions: EgressExceptions,
  tenantId: string,
  { host, port }: Endpoint,
): boolean {
  return exceptions.allowHttp.some((it) => holdsFor(it, tenantId) && it.host === host && it.port === port)
}

/** Whether an endpoint's port is open beyond the usual ones. */
export function permitsPort(
  exceptions: EgressExceptions,
  tenantId: string,
  { host, port }: Endpoint,
): boolean {
  return exceptions.allowPorts.some(
    (it) => holdsFor(it, tenantId) && it.port === port && (it.host === undefined || it.host === host),
  )
}

/** Whether an endpoint is named, so that it may be or resolve to any address. */
export function permitsPrivateHost(exceptions: EgressExceptions, tenantId: string, at: Endpoint): boolean {
  return exceptions.allowPrivate.some(
    (it) =>
      'host' in it &&
      holdsFor(it, tenantId) &&
      it.host === at.host &&
      (it.port === undefined || it.port === at.port),
  )
}

/** Whether an address lies in a block that is named. */
export function permitsAddress(exceptions: EgressExceptions, tenantId: string, text: string): boolean {
  const address = parseAddress(text)
  if (address === undefined) return false
  return exceptions.allowPrivate.some(
    (it) => 'block' in it && holdsFor(it, tenantId) && isWithin(address, it.block),
  )
}

function holdsFor(exception: Scoped, tenantId: string): boolean {
  return exception.tenantId === undefined || exception.tenantId === tenantId
}

function parseEntries<Parsed>(text: string, parse: (entry: string) => Parsed): (Scoped & Parsed)[] {
  const entries = text.split(',').map((entry) => entry.trim())
  return entries
    .filter((entry) => entry !== '')
    .map((entry) => {
      // No entry holds a "=", a tenant's id may.
      const split = entry.lastIndexOf('=')
      if (split === 0) throw new Error(`"${entry}" names no tenant before its "=".`)
      const tenantId = split === -1 ? undefined : entry.slice(0, split).trim()
      return { ...parse(entry.slice(split + 1).trim()), tenantId }
    })
}

function parseEndpoint(entry: string): Endpoint {
  const colon = entry.lastIndexOf(':')
  if (colon === -1) throw new Error(`"${entry}" is not of the form host:port.`)
  const host = entry.slice(0, colon)
  if (host.includes(':') && !host.startsWith('[')) {
    throw new Error(`"${entry}" has an IPv6 address outside brackets.`)
  }
  return { host: parseHost(host, entry), port: parsePort(entry.slice(colon + 1), entry) }
}

function parseHost(text: string, entry: string): string {
  const host = normaliseHost(text)
  if (host === undefined || host.includes('*')) throw new Error(`"${entry}" names no host.`)
  return host
}

function parsePort(text: string, entry: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (port < 1 || port > 65_535) throw new Error(`"${entry}" has no port from 1 to 65535.`)
  return port
}

function parseBlock(base: string, text: string, entry: string): Block {
  const address = parseAddress(base)
  const bits = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN
  if (address === undefined || !(bits <= longestPrefix(address)))
    throw new Error(`"${entry}" is no CIDR block.`)
  return [address, bits]
}

function longestPrefix(address: Address): number {
  return address.kind() === 'ipv4' ? 32 : 128
}
