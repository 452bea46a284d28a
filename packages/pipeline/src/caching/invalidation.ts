import { headerValue } from '../messages/header-list.ts'
import { resolveLocation } from '../messages/location.ts'
import type { Received } from '../steps/exchange.ts'
import type { Scope } from './tags.ts'

/** RFC 9110 §9.2.1: only reading. */
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** What an answer of the API makes invalid (RFC 9111 §4.4; spec: `invalidates`). */
export function invalidatedBy(received: Received): readonly Scope[] {
  const { upstream, method, call, url } = received
  // §4.4: "A non-error response is one with a 2xx or 3xx status code."
  if (upstream.status >= 400) return []
  const { tenantId, definition } = call.connector
  const urls = safeMethods.has(method) ? [] : [url.masked, ...namedUrls(received)]
  return [
    ...urls.map((changed) => ({ kind: 'url', tenantId, url: changed }) as const),
    ...definition.cache.invalidates.map((permalink) => ({ kind: 'connector', tenantId, permalink }) as const),
  ]
}

/** What the API says that it made or changed, on its own origin only: it speaks for no other. */
function namedUrls({ upstream, answeredBy }: Received): readonly string[] {
  const named: string[] = []
  for (const name of ['location', 'content-location']) {
    const value = headerValue(upstream.headers, name)
    const url = value === undefined ? undefined : resolveLocation(value, answeredBy)
    if (url === undefined) continue
    url.hash = ''
    if (url.origin === answeredBy.origin) named.push(url.href)
  }
  return named
}
