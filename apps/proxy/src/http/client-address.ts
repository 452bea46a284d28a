import type { IncomingMessage } from 'node:http'
import { isIPv4 } from 'node:net'
import ipaddr from 'ipaddr.js'

/**
 * Whom an address stands for where callers are told apart by it: an IPv4 address, or the /64 of an IPv6 address,
 * since whoever has one of a /64 has all of them (RFC 4291 §2.5.4).
 */
export function addressBlock({ socket }: IncomingMessage): string {
  const { remoteAddress = '' } = socket
  if (isIPv4(remoteAddress)) return remoteAddress
  if (!ipaddr.isValid(remoteAddress)) return ''
  const address = ipaddr.process(remoteAddress)
  if (address instanceof ipaddr.IPv4) return address.toString()
  return `${address.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`
}
