/**
 * The send: one call to the API through the guarded client, with the redirects and retries that the
 * definition permits. Each attempt, its redirects included, has `timeout_ms` until the answer's headers; all
 * together have what is left of the exchange. The only stage from which anything leaves.
 */
import { ProblemError } from '@sluice/connector-schema'
import type { Payment } from '../authentication/deferred-credential.ts'
import type { HeaderList } from '../messages/header-list.ts'
import { orRelease } from '../messages/payload.ts'
import type { Clock, Limits, Upstream, UpstreamAnswer, UpstreamRequest } from '../ports/ports.ts'
import { isRepeatable, maxRedirects, nextHop, refused } from '../sending/redirect.ts'
import { isIdempotent, pauseBeforeRetry } from '../sending/retry.ts'
import type { Missed, PreparedHeader, Received } from '../steps/exchange.ts'
import type { TokenSource } from '../tokens/token-source.ts'

interface Needs {
  readonly upstream: Upstream
  readonly tokens: TokenSource
  readonly clock: Clock
  readonly limits: Limits
}

type Arrived = Pick<Received, 'upstream' | 'answeredBy' | 'requestedAtMs' | 'receivedAtMs'>

/** The stage. */
export async function send(missed: Missed, ports: Needs): Promise<Received> {
  const { connector } = missed.call
  let mayRenew = true
  const attempts =
    isIdempotent(missed.method) && isRepeatable(missed.body) ? connector.definition.retry.attempts + 1 : 1
  const end = ports.clock.monotonic() + ports.limits.exchangeMs
  for (let attempt = 1; ; attempt++) {
    const deadlineOf = () => Math.min(end, ports.clock.monotonic() + connector.definition.timeout_ms)
    const paying = pay(missed, ports)
    const payment = paying === undefined ? undefined : await paying
    let sent = withToken(missed, payment?.token)
    let outcome = await attemptOnce(sent, deadlineOf(), ports)
    if (mayRenew && payment?.ifRefused !== undefined && wasRefused(outcome, missed)) {
      mayRenew = false
      const { renew, drop } = payment.ifRefused
      const token = await orRelease(outcome.upstream.body, async () =>
        isRepeatable(missed.body) ? renew() : void (await drop()),
      )
      if (token !== undefined) {
        outcome.upstream.body.destroy()
        sent = withToken(missed, token)
        outcome = await attemptOnce(sent, deadlineOf(), ports)
      }
    }
    const pauseMs =
      attempt < attempts ? pauseBeforeRetry(failureOf(outcome), attempt, ports.clock.now()) : undefined
    const fits = pauseMs !== undefined && ports.clock.monotonic() + pauseMs < end
    if (!fits) {
      if (outcome instanceof ProblemError) throw outcome
      const { upstream, answeredBy, requestedAtMs, receivedAtMs } = outcome
      return { ...sent, upstream, answeredBy, requestedAtMs, receivedAtMs }
    }
    if (!(outcome instanceof ProblemError)) outcome.upstream.body.destroy()
    await ports.clock.sleep(pauseMs, missed.call.ending.signal)
  }
}

/** A signature or a token is paid for here, once it is certain that something is sent. */
function pay({ call, credential }: Missed, { tokens, clock }: Needs): Promise<Payment> | undefined {
  return credential?.pay({ tokens, clock, signal: call.ending.signal })
}

/** RFC 6750 §2.1. */
function withToken(missed: Missed, token: string | undefined): Missed {
  if (token === undefined) return missed
  const value = { real: `Bearer ${token}`, masked: 'Bearer •••' }
  return { ...missed, headers: [...missed.headers, { name: 'Authorization', value, confidential: true }] }
}

/** Whether the API itself refused the token: a host that it redirected to got none. */
function wasRefused(outcome: Arrived | ProblemError, missed: Missed): outcome is Arrived {
  if (outcome instanceof ProblemError || outcome.upstream.status !== 401) return false
  return outcome.answeredBy.origin === new URL(missed.url.real).origin
}

function attemptOnce(missed: Missed, deadline: number, ports: Needs): Promise<Arrived | ProblemError> {
  return follow(missed, deadline, ports).catch((error: unknown) => {
    if (error instanceof ProblemError) return error
    throw error
  })
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
    signal: missed.call.ending.signal,
  }
  let mayBearCredentials = true
  for (let hops = 0; ; hops++) {
    const requestedAtMs = clock.now()
    const answer = await upstream.send(request)
    const receivedAtMs = clock.now()
    let hop: ReturnType<typeof nextHop>
    try {
      hop = nextHop(answer, request, missed)
      if (hop !== undefined && hops === maxRedirects) throw refused(answer.status)
    } catch (error) {
      answer.body.destroy()
      throw error
    }
    if (hop === undefined) {
      return { upstream: answer, answeredBy: request.url, requestedAtMs, receivedAtMs }
    }
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
