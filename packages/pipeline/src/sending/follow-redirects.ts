import { ProblemError } from '@sluice/connector-schema'
import type { HeaderList } from '../messages/header-list.ts'
import { withSingleValues } from '../messages/singleton-fields.ts'
import type { Clock, Upstream, UpstreamAnswer, UpstreamRequest } from '../ports/ports.ts'
import type { InjectedSearches } from '../secrecy/injected-searches.ts'
import type { Missed, PreparedHeader, Received } from '../steps/exchange.ts'
import { isRepeatable, nextHop } from './redirect.ts'
import { isIdempotent } from './retry.ts'
import type { UpstreamBudget } from './upstream-budget.ts'

/** The final response to one attempt. */
export type Arrived = Pick<Received, 'upstream' | 'answeredBy' | 'requestedAtMs' | 'receivedAtMs'>

interface Needs {
  readonly upstream: Upstream
  readonly clock: Clock
  readonly searches: InjectedSearches
}

/** Sends one request and what its redirects ask for, all before the deadline (of the monotonic clock). */
export async function follow(missed: Missed, deadline: number, ports: Needs): Promise<Arrived> {
  const { clock, searches } = ports
  let request = firstRequest(missed, remaining(deadline, clock))
  let mayBearCredentials = true
  for (let hops = 0; ; hops++) {
    const requestedAtMs = clock.now()
    const sent = request
    const upstream = await sendOnce(sent, missed.budget, ports.upstream)
    const receivedAtMs = clock.now()
    const hop = orLetGo(upstream, () => {
      if (upstream.status === 304 && !isConditional(sent.headers)) throw unasked()
      return nextHop({ answer: upstream, request: sent, missed, hops, searches })
    })
    if (hop === undefined) return { upstream, answeredBy: sent.url, requestedAtMs, receivedAtMs }
    upstream.body.destroy()
    // Once gone, credentials do not come back, even when a host redirects home again.
    mayBearCredentials &&= hop.keepsCredentials
    const headers = missed.headers.filter((header) => mayBearCredentials || !header.confidential)
    request = {
      ...request,
      url: hop.url,
      method: hop.method,
      body: hop.keepsBody ? request.body : null,
      headers: realHeaders(hop.keepsBody ? headers : headers.filter((header) => !describesBody(header))),
      timeoutMs: remaining(deadline, clock),
    }
  }
}

function firstRequest(missed: Missed, timeoutMs: number): UpstreamRequest {
  return {
    tenantId: missed.call.connector.tenantId,
    method: missed.method,
    url: new URL(missed.url.real),
    headers: realHeaders(missed.headers),
    body: missed.body,
    timeoutMs,
    signal: missed.call.ending.signal,
  }
}

async function sendOnce(
  request: UpstreamRequest,
  budget: UpstreamBudget,
  upstream: Upstream,
): Promise<UpstreamAnswer> {
  if (!budget.take()) throw tooMany()
  // RFC 9110 §9.2.2: what a connection that had gone stale swallowed is sent again only where that does no harm.
  const isRepeatableRequest = isIdempotent(request.method) && isRepeatable(request.body)
  const answer = await upstream.send(
    isRepeatableRequest ? { ...request, mayResend: () => budget.take() } : request,
  )
  return orLetGo(answer, () => {
    const headers = withSingleValues(answer.headers)
    return headers === answer.headers ? answer : { ...answer, headers }
  })
}

/** Does some work on a response; where it fails, nobody reads the body, so its connection is let go. */
function orLetGo<Result>({ body }: UpstreamAnswer, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    body.destroy()
    throw error
  }
}

const conditions = new Set(['if-none-match', 'if-modified-since'])

/** Whether the request asked if something still holds (RFC 9110 §15.4.5: 304 is the response to that alone). */
function isConditional(headers: HeaderList): boolean {
  return headers.some(([name]) => conditions.has(name.toLowerCase()))
}

function unasked(): ProblemError {
  return new ProblemError('UPSTREAM_PROTOCOL_ERROR', {
    detail: 'The API responded 304 (Not Modified) to a request without conditions.',
    stage: 'send',
    upstreamStatus: 304,
  })
}

function tooMany(): ProblemError {
  return new ProblemError('UPSTREAM_PROTOCOL_ERROR', {
    detail: 'The call needs more requests to the API than one exchange may send.',
    stage: 'send',
  })
}

function realHeaders(headers: readonly PreparedHeader[]): HeaderList {
  return headers.map(({ name, value }) => [name, value.real])
}

function describesBody({ name }: PreparedHeader): boolean {
  return name.toLowerCase().startsWith('content-')
}

/** Never less than a moment: the guarded client turns a timeout into a problem itself. */
function remaining(deadline: number, clock: Clock): number {
  return Math.max(1, Math.ceil(deadline - clock.monotonic()))
}
