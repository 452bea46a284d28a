/**
 * Which IP addresses a request may go to (spec: "Egress guard"). Public means globally reachable in the IANA
 * IPv4 and IPv6 special-purpose registries; whatever cannot be read as an address is not public.
 */
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Every refused block of addresses. A row may be narrower than its neighbour when it has a reason of its own. */
const refusedBlocks = [
  '0.0.0.0/8', // "this network", RFC 791; Linux connects 0.0.0.0 to itself
  '10.0.0.0/8', // private, RFC 1918
  '100.64.0.0/10', // carrier-grade NAT, RFC 6598; Alibaba's metadata at 100.100.100.200
  '127.0.0.0/8', // loopback, RFC 1122
  '168.63.129.16/32', // Azure's platform services behind an address that looks public
  '169.254.0.0/16', // link-local, RFC 3927; cloud metadata
  '172.16.0.0/12', // private, RFC 1918
  '192.0.0.0/24', // IETF protocol assignments, RFC 6890; Oracle's metadata at 192.0.0.192
  '192.0.2.0/24', // documentation, RFC 5737
  '192.88.99.0/24', // 6to4 relays, deprecated by RFC 7526
  '192.168.0.0/16', // private, RFC 1918
  '198.18.0.0/15', // benchmarking, RFC 2544
  '198.51.100.0/24', // documentation, RFC 5737
  '203.0.113.0/24', // documentation, RFC 5737
  '224.0.0.0/4', // multicast, RFC 5771
  '240.0.0.0/4', // reserved, RFC 1112, and limited broadcast
  // Outside 2000::/3 IPv6 has no global unicast (RFC 4291 §2.4), so these three are everything else: loopback,
  // IPv4-compatible, -mapped and -translated, discard, segment routing, unique local, link- and site-local.
  '::/3', // also NAT64: see `embeddedIpv4`
  '4000::/2',
  '8000::/1',
  '2001::/23', // IETF protocol assignments, RFC 2928: Teredo, benchmarking, AMT, ORCHID, drone tags
  '2001:db8::/32', // documentation, RFC 3849
  '2002::/16', // 6to4, RFC 3056: an IPv4 address of any kind inside
  '3fff::/20', // documentation, RFC 9637
].map((block) => ipaddr.parseCIDR(block))

/** The one translation prefix that is globally reachable (RFC 6052 §2.1): DNS64 answers with it for public hosts. */
const nat64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96')

/** A parsed address. */
export type Address = ipaddr.IPv4 | ipaddr.IPv6

/** A block of addresses: any one of them, and how many leading bits they share. */
export type Block = readonly [address: Address, bits: number]

/** Whether `text` is an address that anyone on the internet can reach. Anything else than an address is not. */
export function isPublicAddress(text: string): boolean {
  const address = parseAddress(text)
  return address !== undefined && isPublic(embeddedIpv4(address) ?? address)
}

/** Reads an address exactly as the operating system would: no short, octal or zoned forms. */
export function parseAddress(text: string): Address | undefined {
  // ipaddr.js reads spellings (`0177.1`, zones) that the socket would read otherwise or resolve as a name.
  // guard: exact-spelling
  if (isIP(text) === 0 || text.includes('%')) return undefined
  return ipaddr.parse(text)
}

function isPublic(address: Address): boolean {
  // Two opinions: a hole has to be in our table and in the library's.
  return (
    // guard: unicast-range
    address.range() === 'unicast' &&
    // guard: refused-blocks
    !refusedBlocks.some((block) => isWithin(address, block))
  )
}

/** Whether an address lies within a block of its own family. */
export function isWithin(address: Address, block: Block): boolean {
  return (
    // guard: same-family
    address.kind() === block[0].kind() && address.match([block[0], block[1]])
  )
}

function embeddedIpv4(address: Address): ipaddr.IPv4 | undefined {
  if (!isWithin(address, nat64)) return undefined
  return new ipaddr.IPv4(address.toByteArray().slice(12))
}
