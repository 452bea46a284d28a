/**
 * The send: one call to the API through the guarded client, with the redirects and retries that the
 * definition permits. Each attempt, its redirects included, has `timeout_ms` until the answer's headers; all
 * together have what is left of the exchange. The only stage from which anything leaves.
 */
import { ProblemError } from '@sluice/connector-schema'
import type { Payment } from '../authentication/deferred-credential.ts'
import { orRelease } from '../messages/payload.ts'
import type { Clock, Limits, Upstream } from '../ports/ports.ts'
import { upstreamLocation } from '../responding/response-headers.ts'
import type { InjectedSearches } from '../secrecy/injected-searches.ts'
import { type Arrived, follow } from '../sending/follow-redirects.ts'
import { isRepeatable } from '../sending/redirect.ts'
import { isIdempotent, pauseBeforeRetry } from '../sending/retry.ts'
import type { Missed, Received } from '../steps/exchange.ts'
import type { Disclose } from '../tokens/disclosure.ts'
import type { TokenSource } from '../tokens/token-source.ts'

interface Needs {
  readonly upstream: Upstream
  readonly tokens: TokenSource
  readonly clock: Clock
  readonly limits: Limits
  readonly random: () => number
  readonly disclose?: Disclose
  readonly searches: InjectedSearches
}

/** The stage. */
export async function send(missed: Missed, ports: Needs): Promise<Received> {
  const end = ports.clock.monotonic() + ports.limits.exchangeMs
  const attempts = attemptsOf(missed)
  let mayRenew = true
  for (let attempt = 1; ; attempt++) {
    const { sent, outcome, hasRenewed } = await attemptOnce(missed, { end, mayRenew, ports })
    mayRenew &&= !hasRenewed
    const pauseMs = attempt < attempts && mayRepeat(missed) ? pauseAfter(outcome, attempt, ports) : undefined
    if (pauseMs === undefined || ports.clock.monotonic() + pauseMs >= end) {
      if (outcome instanceof ProblemError) throw outcome
      const location = upstreamLocation(outcome.upstream.headers, outcome.answeredBy)
      return { ...sent, ...outcome, location, validators: 'pass' }
    }
    if (!(outcome instanceof ProblemError)) outcome.upstream.body.destroy()
    await ports.clock.sleep(pauseMs, missed.call.ending.signal)
  }
}

function attemptsOf({ method, body, call }: Missed): number {
  return isIdempotent(method) && isRepeatable(body) ? call.connector.definition.retry.attempts + 1 : 1
}

/** A token may have to be asked for as well. */
function mayRepeat({ budget, credential }: Missed): boolean {
  return budget.left >= (credential === undefined ? 1 : 2)
}

function pauseAfter(outcome: Outcome, attempt: number, { clock, random }: Needs): number | undefined {
  const failure = outcome instanceof ProblemError ? outcome : outcome.upstream
  return pauseBeforeRetry(failure, { attempt, nowMs: clock.now(), random: random() })
}

type Outcome = Arrived | ProblemError

interface Attempt {
  /** When the exchange's time is over, by the monotonic clock. */
  readonly end: number
  readonly mayRenew: boolean
  readonly ports: Needs
}

interface Attempted {
  readonly sent: Missed
  readonly outcome: Outcome
  readonly hasRenewed: boolean
}

/** One attempt; where the API refuses its token, the same once more with another. */
async function attemptOnce(missed: Missed, { end, mayRenew, ports }: Attempt): Promise<Attempted> {
  const { clock } = ports
  const deadline = () => Math.min(end, clock.monotonic() + missed.call.connector.definition.timeout_ms)
  const paying = pay(missed, ports)
  const payment = paying === undefined ? undefined : await paying
  if (payment?.wasExchanged) missed.budget.take()
  const sent = withToken(missed, payment?.token)
  const outcome = await outcomeOf(follow(sent, deadline(), ports))
  if (!mayRenew || payment?.ifRefused === undefined || !wasRefused(outcome, missed)) {
    return { sent, outcome, hasRenewed: false }
  }
  const { renew, drop } = payment.ifRefused
  const maySendAgain = isRepeatable(missed.body) && missed.budget.left >= 2
  const token = await orRelease(outcome.upstream.body, async () =>
    maySendAgain ? renew() : void (await drop()),
  )
  if (token === undefined) return { sent, outcome, hasRenewed: true }
  missed.budget.take()
  outcome.upstream.body.destroy()
  const again = withToken(missed, token)
  return { sent: again, outcome: await outcomeOf(follow(again, deadline(), ports)), hasRenewed: true }
}

/** A signature or a token is paid for here, once it is certain that something is sent. */
function pay({ call, credential }: Missed, ports: Needs): Promise<Payment> | undefined {
  const { tokens, clock, disclose } = ports
  return credential?.pay({ tokens, clock, disclose, signal: call.ending.signal })
}

/** RFC 6750 §2.1. */
function withToken(missed: Missed, token: string | undefined): Missed {
  if (token === undefined) return missed
  const value = { real: `Bearer ${token}`, masked: 'Bearer •••' }
  return {
    ...missed,
    injected: [...missed.injected, token],
    headers: [...missed.headers, { name: 'Authorization', value, confidential: true }],
  }
}

/** Whether the API itself refused the token: a host that it redirected to got none. */
function wasRefused(outcome: Outcome, missed: Missed): outcome is Arrived {
  if (outcome instanceof ProblemError || outcome.upstream.status !== 401) return false
  return outcome.answeredBy.origin === new URL(missed.url.real).origin
}

function outcomeOf(arriving: Promise<Arrived>): Promise<Outcome> {
  return arriving.catch((error: unknown) => {
    if (error instanceof ProblemError) return error
    throw error
  })
}
