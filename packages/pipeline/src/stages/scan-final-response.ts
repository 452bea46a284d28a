/**
 * After the response template: nor may a template piece together what this exchange injected (G1). A body of our own
 * gets its `ETag` here, over the bytes that are sent.
 */
import { hash } from 'node:crypto'
import { orRelease } from '../messages/payload.ts'
import type { Ports } from '../ports/context.ts'
import { searchedBytes, windowOptions } from '../secrecy/searched-response.ts'
import type { Transformed } from '../steps/exchange.ts'

/** The stage. */
export function scanFinalResponse(
  transformed: Transformed,
  ports: Pick<Ports, 'searches' | 'findings'>,
): Transformed | Promise<Transformed> {
  const { received, body, headers } = transformed
  // What no template made was searched when it came.
  if (!(body instanceof Uint8Array) || body === received.whole) return transformed
  return orRelease(received.upstream.body, () => {
    const search = ports.searches.for(received.call.connector.tenantId, received.injected)
    const sent =
      search === undefined ? body : searchedBytes(body, windowOptions(received.call, search, ports.findings))
    return { ...transformed, body: sent, headers: [...headers, ['etag', tagOf(sent)]] }
  })
}

function tagOf(body: Uint8Array): string {
  return `"${hash('sha256', body, 'base64url').slice(0, 27)}"`
}
