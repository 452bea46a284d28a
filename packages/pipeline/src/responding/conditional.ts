import { parseHttpDate } from '../caching/http-date.ts'
import { headerValue } from '../messages/header-list.ts'
import type { Answer, Call } from '../steps/exchange.ts'

/** Headers that a 304 repeats (RFC 9110 §15.4.5). */
const kept = new Set(['cache-control', 'etag', 'age', 'content-location', 'date'])

/**
 * Answers 304 where the caller already has what would be sent: its `If-None-Match` holds our `ETag`, compared
 * weakly (RFC 9110 §13.1.2); without one, its `If-Modified-Since` is not before our `Last-Modified` (§13.1.3).
 */
export function withCondition(answer: Answer, call: Call): Answer {
  if (answer.status !== 200 || call.connector.definition.method !== 'GET' || !isKnown(answer, call)) {
    return answer
  }
  if (answer.body !== null && !(answer.body instanceof Uint8Array)) answer.body.destroy()
  return {
    status: 304,
    headers: answer.headers.filter(([name]) => kept.has(name)),
    body: null,
    cacheStatus: answer.cacheStatus,
    headWaitMs: 0,
  }
}

function isKnown({ headers }: Answer, { ifNoneMatch, ifModifiedSince }: Call): boolean {
  if (ifNoneMatch !== undefined) {
    const etag = headerValue(headers, 'etag')
    return etag !== undefined && matches(ifNoneMatch, etag)
  }
  if (ifModifiedSince === undefined) return false
  const now = Date.now()
  const [since, modified] = [ifModifiedSince, headerValue(headers, 'last-modified')].map((text) =>
    parseHttpDate(text, now),
  )
  return since !== undefined && modified !== undefined && modified <= since
}

function matches(condition: string, etag: string): boolean {
  if (condition.trim() === '*') return true
  const opaque = etag.replace(/^W\//, '')
  // An entity tag may hold commas, so it is not split at them (RFC 9110 §8.8.3).
  const tags = condition.match(/(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g) ?? []
  return tags.some((tag) => tag.replace(/^W\//, '') === opaque)
}
