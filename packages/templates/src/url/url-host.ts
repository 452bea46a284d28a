const label = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/
const origin = /^(https?):\/\/([^/?#\\@]+)$/i
const hostAndPort = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/
const defaultPorts = { http: 80, https: 443 } as const

/** The schemes that a URL can have. */
export type Scheme = keyof typeof defaultPorts

/** Whether a text is one label of a host name: letters, digits and inner hyphens (RFC 1123 §2.1). */
export function isLabel(text: string): boolean {
  return label.test(text)
}

/**
 * `host[:port]` as URL parsing gives it back, or nothing where parsing would change it: an address in an unusual
 * spelling, an empty label. The final dot of a name, which only marks it as whole, is dropped.
 */
export function normaliseHost(text: string, scheme: Scheme): string | undefined {
  const [, written, port] = hostAndPort.exec(text) ?? []
  const host = written?.replace(/\.$/, '')
  if (host === undefined || host === '' || host.startsWith('.') || host.endsWith('.') || host.includes('..'))
    return undefined
  const url = URL.parse(`${scheme}://${host}${port === undefined ? '' : `:${port}`}/`)
  if (url?.hostname !== host.toLowerCase()) return undefined
  if (port !== undefined && Number(port) !== Number(url.port || defaultPorts[scheme])) return undefined
  return url.host
}

/** A whole origin, normalised, or nothing where the text holds anything else. */
export function normaliseOrigin(text: string): string | undefined {
  const [, scheme, rest] = origin.exec(text) ?? []
  if (scheme === undefined || rest === undefined) return undefined
  const known: Scheme = scheme.toLowerCase() === 'http' ? 'http' : 'https'
  const host = normaliseHost(rest, known)
  return host === undefined ? undefined : `${known}://${host}`
}
