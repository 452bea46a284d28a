import type { Answer, Call } from '../exchange.ts'
import type { StoredAnswer } from '../ports.ts'
import { cacheControlFor } from './cache-control.ts'

/** A fresh stored answer as it is sent now (RFC 9111 §4, RFC 9211). */
export function answerFromStore(stored: StoredAnswer, call: Call): Answer {
  const remainingMs = stored.policy.remainingMs()
  const cacheControl = cacheControlFor(call.connector, {
    noStore: false,
    browserMs: stored.policy.browserMs(),
    shareable: true,
  })
  return {
    status: stored.status,
    headers: [
      ...stored.headers,
      ['cache-control', cacheControl],
      ['age', String(stored.policy.ageSeconds())],
    ],
    body: call.connector.definition.method === 'HEAD' ? null : stored.body,
    cacheStatus: `sluice; hit; ttl=${Math.floor(remainingMs / 1000)}`,
  }
}
