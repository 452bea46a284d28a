/**
 * Where a `Location` or `Content-Location` points. Header values are text of bytes (Latin-1): the bytes above ASCII go
 * into the URL percent-encoded as they came, which reads UTF-8 as UTF-8 (RFC 3986 §2.5) and alters nothing else.
 *
 * @returns `undefined` where it is no URL
 */
export function resolveLocation(value: string, base: URL): URL | undefined {
  const ascii = value.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`)
  const url = URL.parse(ascii, base.href)
  if (url === null) return undefined
  // `api.example.com.` is the same host, and another origin and another `Host` to what compares as text.
  if (url.hostname.endsWith('.')) url.hostname = url.hostname.slice(0, -1)
  return url
}
