/** Which header keys a definition may name (spec: `headers`). All comparisons are without case. */

/** An RFC 9110 §5.6.2 token. */
export const headerNamePattern = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** Headers that concern one connection only (RFC 9110 §7.6.1), lower case. `Proxy-*` belong to them. */
export const hopByHopHeaders: readonly string[] = [
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

const refusedNames = new Set([
  'host',
  'content-length',
  'accept-encoding',
  'expect',
  'via',
  'forwarded',
  ...hopByHopHeaders,
])
const refusedPrefixes = ['x-forwarded-', 'proxy-']

/** Whether Sluice or HTTP itself owns the header, so that no definition and no credential may set it. */
export function isRefusedHeader(name: string): boolean {
  const lower = name.toLowerCase()
  return refusedNames.has(lower) || refusedPrefixes.some((prefix) => lower.startsWith(prefix))
}

/** Whether the header would make an API answer with a part or a 304, which a cached connector must not ask for. */
export function isConditionalHeader(name: string): boolean {
  const lower = name.toLowerCase()
  return lower === 'range' || lower.startsWith('if-')
}
