import { headerValue, type Upstream, type UpstreamAnswer } from '@sluice/pipeline'

/**
 * Fetches the text of a key set.
 *
 * @throws Error where it cannot be fetched
 */
export type FetchKeySet = (url: URL) => Promise<string>

/** For the whole fetch, redirects and body included. */
const timeoutMs = 5000
const maxBytes = 256 * 1024
const maxRedirects = 3
const redirectStatuses = new Set([301, 302, 303, 307, 308])

/**
 * No tenant has this id: what is allowed for one tenant alone is not allowed for an issuer of the whole platform.
 */
export const platformTenantId = ''

/** Fetches key sets through the egress guard, as every request of the proxy: an issuer's URL may point anywhere. */
export function createKeySetFetch(upstream: Upstream): FetchKeySet {
  return async (url) => {
    const signal = AbortSignal.timeout(timeoutMs)
    let at = url
    for (let hops = 0; ; hops++) {
      const response = await upstream.send({
        tenantId: platformTenantId,
        method: 'GET',
        url: at,
        headers: [['accept', 'application/jwk-set+json, application/json']],
        body: null,
        timeoutMs,
        signal,
      })
      if (response.status === 200) return read(response)
      response.body.destroy()
      at = nextUrl(response, at)
      if (hops === maxRedirects) throw new Error('The key set redirects too often')
    }
  }
}

/** @throws Error where the response is no redirect to the same origin */
function nextUrl({ status, headers }: UpstreamAnswer, from: URL): URL {
  const location = redirectStatuses.has(status) ? headerValue(headers, 'location') : undefined
  if (location === undefined) throw new Error(`The key set responded with status ${status}`)
  const next = URL.canParse(location, from.href) ? new URL(location, from) : undefined
  // guard: same-origin-key-sets
  if (next?.origin !== from.origin) throw new Error('The key set redirects to another origin')
  next.hash = ''
  return next
}

async function read({ body }: UpstreamAnswer): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength
    // guard: bounded-key-sets
    if (bytes > maxBytes) throw new Error(`The key set has more than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
