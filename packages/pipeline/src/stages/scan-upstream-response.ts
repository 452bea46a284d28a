/**
 * Before and after the response template: an answer that repeats a secret or a token of this exchange does not
 * leave (G1). Headers and body are searched as they stream.
 */

import type { HeaderList } from '../messages/header-list.ts'
import { joined, orRelease, readAtHand } from '../messages/payload.ts'
import type { MultiSearch } from '../secrecy/multi-search.ts'
import { bytesWithoutEcho, createEchoSieve, type OnEcho } from '../secrecy/response-window.ts'
import { SievedBody } from '../secrecy/scanned-body.ts'
import { echoSearch } from '../secrecy/secret-search.ts'
import type { Received, Transformed } from '../steps/exchange.ts'

/** What is read before an answer begins, so that one with a secret there is a problem and no broken connection. */
const atHandBytes = 64 * 1024
const atHandMs = 50

/** The stage before the template. */
export function scanUpstreamResponse(received: Received): Received | Promise<Received> {
  const { upstream, call } = received
  return orRelease(upstream.body, () => {
    const search = echoSearch(received)
    if (search === undefined) return received
    const onEcho = call.connector.definition.on_secret_in_response
    const headers = headersWithoutEcho(upstream.headers, search, onEcho)
    return readAtHand(upstream.body, atHandBytes, atHandMs).then(({ pieces, isWhole }) => {
      if (isWhole) {
        const whole = bytesWithoutEcho(joined(pieces), search, onEcho)
        return { ...received, whole, upstream: { ...upstream, headers } }
      }
      const sieve = createEchoSieve(search, onEcho)
      const begun = pieces.flatMap((piece) => sieve.take(piece))
      const body = new SievedBody({ begun, source: upstream.body, sieve })
      return { ...received, upstream: { ...upstream, headers, body } }
    })
  })
}

/** The stage after it: what a template has made of the answer. */
export function scanFinalResponse(transformed: Transformed): Transformed | Promise<Transformed> {
  const { received, body } = transformed
  if (!(body instanceof Uint8Array) || body === received.whole) return transformed
  return orRelease(received.upstream.body, () => {
    const search = echoSearch(received)
    if (search === undefined) return transformed
    return {
      ...transformed,
      body: bytesWithoutEcho(body, search, received.call.connector.definition.on_secret_in_response),
    }
  })
}

/** A length and digests are those of the body as it was. */
const ofWholeBody = new Set(['content-length', 'content-md5', 'digest', 'content-digest', 'repr-digest'])

function headersWithoutEcho(headers: HeaderList, search: MultiSearch, onEcho: OnEcho): HeaderList {
  const kept = onEcho === 'redact' ? headers.filter(([name]) => !ofWholeBody.has(name)) : headers
  // One search over all values: whatever stands in one of them stands in the whole.
  const whole = Buffer.from(kept.map(([, value]) => value).join('\n'), 'latin1')
  if (search.find(whole, 0) === undefined) return kept
  return kept.map(([name, value]) => {
    // Latin-1 gives the very bytes back that the API sent.
    const clean = bytesWithoutEcho(Buffer.from(value, 'latin1'), search, onEcho)
    return [name, Buffer.from(clean).toString('latin1')] as const
  })
}
