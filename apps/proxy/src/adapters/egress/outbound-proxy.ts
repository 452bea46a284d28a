/** The operator's outbound proxy, as `SLUICE_EGRESS_PROXY` names it. */
import { hostOf } from './host-policy.ts'

/** Where the proxy listens and what it wants to know. Its address is not subject to the egress guard. */
export interface OutboundProxy {
  /** Whether the proxy itself is spoken to over TLS. */
  readonly isSecure: boolean
  readonly host: string
  readonly port: number
  /** The value of `Proxy-Authorization`, if any. A function, so that whoever prints settings does not print it. */
  readonly authorization: () => string | undefined
}

/**
 * Parses `http://[user:password@]host[:port]`, or the same with `https`.
 *
 * @throws Error that never quotes the text, which may hold a password.
 */
export function parseOutboundProxy(text: string): OutboundProxy {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) throw invalid()
  // An unescaped "/", "?" or "#" in a password ends the host early: what was parsed as a host would be the user.
  if (url.pathname !== '/' || /[?#]/.test(text)) throw invalid()
  const isSecure = url.protocol === 'https:'
  const authorization = basicCredentials(url)
  return {
    isSecure,
    host: hostOf(url),
    port: Number(url.port || (isSecure ? 443 : 80)),
    authorization: () => authorization,
  }
}

/** RFC 7617 §2, in UTF-8. */
function basicCredentials({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined
  const user = decodePercent(username)
  if (user.includes(':')) throw new Error('has a user with a colon in it, which HTTP cannot carry')
  return `Basic ${Buffer.from(`${user}:${decodePercent(password)}`).toString('base64')}`
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new Error('has a "%" in its user or password that begins no escape; write it as "%25"')
  }
}

function invalid(): Error {
  return new Error('must be http://[user:password@]host[:port] or the same with https')
}
