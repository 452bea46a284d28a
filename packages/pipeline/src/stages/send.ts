/**
 * The send: one call to the API through the guarded client, with the redirects and retries that the
 * definition permits. Each attempt, its redirects included, has `timeout_ms` until the answer's headers; all
 * together have what is left of the exchange. The only stage from which anything leaves.
 */
import { ProblemError } from '@sluice/connector-schema'
import type { Missed, PreparedHeader, Received } from '../exchange.ts'
import type { HeaderList } from '../header-list.ts'
import type { Clock, Limits, Upstream, UpstreamAnswer, UpstreamRequest } from '../ports.ts'
import { isRepeatable, maxRedirects, nextHop, refused } from '../sending/redirect.ts'
import { isIdempotent, pauseBeforeRetry } from '../sending/retry.ts'

interface Needs {
  readonly upstream: Upstream
  readonly clock: Clock
  readonly limits: Limits
}

type Arrived = Pick<Received, 'upstream' | 'answeredBy'>

/** The stage. */
export async function send(missed: Missed, ports: Needs): Promise<Received> {
  const { connector } = missed.call
  const attempts =
    isIdempotent(missed.method) && isRepeatable(missed.body) ? connector.definition.retry.attempts + 1 : 1
  const end = ports.clock.monotonic() + ports.limits.exchangeMs
  for (let attempt = 1; ; attempt++) {
    const deadline = Math.min(end, ports.clock.monotonic() + connector.definition.timeout_ms)
    const outcome = await attemptOnce(missed, deadline, ports)
    const pauseMs =
      attempt < attempts ? pauseBeforeRetry(failureOf(outcome), attempt, ports.clock.now()) : undefined
    const fits = pauseMs !== undefined && ports.clock.monotonic() + pauseMs < end
    if (!fits) {
      if (outcome instanceof ProblemError) throw outcome
      return { ...missed, ...outcome }
    }
    if (!(outcome instanceof ProblemError)) outcome.upstream.body.destroy()
    await ports.clock.sleep(pauseMs, missed.call.signal)
  }
}

async function attemptOnce(missed: Missed, deadline: number, ports: Needs): Promise<Arrived | ProblemError> {
  try {
    return await follow(missed, deadline, ports)
  } catch (error) {
    if (error instanceof ProblemError) return error
    throw error
  }
}

async function follow(missed: Missed, deadline: number, { upstream, clock }: Needs): Promise<Arrived> {
  const { connector } = missed.call
  let request: UpstreamRequest = {
    tenantId: connector.tenantId,
    method: missed.method,
    url: new URL(missed.url.real),
    headers: realHeaders(missed.headers),
    body: missed.body,
    timeoutMs: remaining(deadline, clock),
    signal: missed.call.signal,
  }
  let mayBearCredentials = true
  for (let hops = 0; ; hops++) {
    const answer = await upstream.send(request)
    let hop: ReturnType<typeof nextHop>
    try {
      hop = nextHop(answer, request, missed)
      if (hop !== undefined && hops === maxRedirects) throw refused(answer.status)
    } catch (error) {
      answer.body.destroy()
      throw error
    }
    if (hop === undefined) return { upstream: answer, answeredBy: request.url }
    answer.body.destroy()
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

function failureOf(outcome: Arrived | ProblemError): UpstreamAnswer | ProblemError {
  return outcome instanceof ProblemError ? outcome : outcome.upstream
}

function realHeaders(headers: readonly PreparedHeader[]): HeaderList {
  return headers.map(({ name, value }) => [name, value.real])
}

function describesBody({ name }: PreparedHeader): boolean {
  return name.toLowerCase().startsWith('content-')
}

/** Never less than a moment: the guarded client answers a timeout itself. */
function remaining(deadline: number, clock: Clock): number {
  return Math.max(1, Math.ceil(deadline - clock.monotonic()))
}
