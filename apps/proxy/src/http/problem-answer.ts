import { randomUUID } from 'node:crypto'
import { ProblemError, toProblemDocument } from '@sluice/connector-schema'
import type { Timings } from '@sluice/pipeline'
import type { CorsGrant } from '../tenant.ts'
import { type Arrival, elapsedMs } from './arrival.ts'
import { corsHeaders } from './cors.ts'
import type { HeaderRecord } from './header-record.ts'
import { alwaysSet } from './response-headers.ts'
import { noTimings, timingHeaders } from './timing-headers.ts'

/** What a problem answer is built from. */
export interface ProblemContext {
  readonly arrival: Arrival
  readonly problem: ProblemError
  readonly grant: CorsGrant | undefined
  readonly timings?: Timings
  readonly rateLimit?: HeaderRecord | undefined
}

/** A failure as a web response. */
export function problemAnswer(context: ProblemContext): Response {
  const { status, headers, body } = problemResponse(context)
  return new Response(body, { status, headers })
}

/** The one place where a failure becomes a response (RFC 9457). */
export function problemResponse({ arrival, problem, grant, timings = noTimings, rateLimit }: ProblemContext) {
  const { requestId } = arrival
  const headers: Record<string, string> = {
    ...alwaysSet,
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-request-id': requestId,
    'x-connector-error': problem.code,
    ...timingHeaders({ requestId, timings, totalMs: elapsedMs(arrival), cacheHit: false, problem }),
    ...(problem.status === 401 && { 'www-authenticate': challengeOf(problem) }),
    ...rateLimit,
  }
  for (const [name, value] of Object.entries(problem.headers)) headers[name.toLowerCase()] = value
  if (grant !== undefined) Object.assign(headers, corsHeaders(grant, headers))
  return { status: problem.status, headers, body: JSON.stringify(toProblemDocument(problem, requestId)) }
}

/** The response to what was no request that a handler could have seen. */
export function malformedAnswer(problem: ProblemError): Response {
  const { status, headers, body } = malformedResponse(problem)
  return new Response(body, { status, headers })
}

/** The same in parts, for a request that no handler shall see. */
export function malformedResponse(problem: ProblemError) {
  const requestId = randomUUID()
  const headers: HeaderRecord = {
    ...alwaysSet,
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-request-id': requestId,
    'x-connector-error': problem.code,
  }
  return { status: problem.status, headers, body: JSON.stringify(toProblemDocument(problem, requestId)) }
}

/** Anything thrown as a problem: what is not one of ours is ours to answer for, and says nothing outside. */
export function asProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error
  return new ProblemError('INTERNAL_ERROR', {
    detail: 'The proxy failed. The request id finds the reason in its log.',
    cause: error,
  })
}

/** RFC 6750 §3: the error is named only where a token was sent. */
function challengeOf(problem: ProblemError): string {
  return problem.code === 'INVALID_SESSION' ? 'Bearer error="invalid_token"' : 'Bearer'
}
