/** Which host names a request may go to, before any of them is resolved (spec: "Egress guard"). */
import { isIP } from 'node:net'

const refusedSuffixes = ['.localhost', '.local', '.internal']

/**
 * A host as the WHATWG URL parser reads it, so that every spelling of an address (`0x7f.1`, full-width digits)
 * becomes the one that is connected to; without brackets and without the root's trailing dot.
 * `undefined` for what is no host.
 */
export function normaliseHost(host: string): string | undefined {
  const bare = isIP(host) === 6 && !host.includes('%') ? `[${host}]` : host
  // These would end the host, or begin a port or userinfo, instead of failing.
  // guard: whole-host
  if (bare === '' || /[\s@/\\?#]|:\d*$/.test(bare)) return undefined
  const url = URL.parse(`https://${bare}/`)
  return url === null ? undefined : hostOf(url)
}

/** The host of a parsed URL, without brackets and without the root's trailing dot. */
export function hostOf(url: URL): string {
  const { hostname } = url
  if (hostname.startsWith('[')) return hostname.slice(1, -1)
  return hostname.endsWith('.') ? hostname.slice(0, -1) : hostname
}

/** Why a normalised name (not an address) is refused, as a sentence; `undefined` if it may be resolved. */
export function nameRefusal(name: string): string | undefined {
  const labels = name.split('.')
  // guard: empty-labels
  if (labels.includes('')) return 'The host is not a valid name.'
  // guard: names-without-a-dot
  if (labels.length === 1) return 'The host is a name without a dot, which only a private network knows.'
  const suffix = refusedSuffixes.find((candidate) => name.endsWith(candidate))
  // guard: refused-suffixes
  return suffix && `The host ends in ${suffix}, which only a private network knows.`
}
