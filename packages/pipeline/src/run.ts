/**
 * The pipeline: the order of the stages as one list. The order is the product's promise: refusals come before
 * secrets, secrets before anything is sent, and a stored answer before the API.
 */
import { Readable } from 'node:stream'
import { ProblemError } from '@sluice/connector-schema'
import type { FlightOutcome } from './caching/coalescing.ts'
import { withoutConditions } from './caching/revalidation.ts'
import { isApiFailure, mayServeOnError } from './caching/stale.ts'
import type { Ports } from './ports/context.ts'
import { withCondition } from './responding/conditional.ts'
import { answerFromStore } from './responding/respond-from-store.ts'
import { merge } from './stages/1-merge.ts'
import { resolveVariables } from './stages/2-resolve-variables.ts'
import { injectSecrets } from './stages/3-inject-secrets.ts'
import { authenticate } from './stages/4-authenticate.ts'
import { transformRequest } from './stages/5-transform-request.ts'
import { lookUpCache } from './stages/6-look-up-cache.ts'
import { transformResponse } from './stages/7-transform-response.ts'
import { placeAnswer } from './stages/compute-cache-key.ts'
import { NotConfirmed, revalidate } from './stages/revalidate.ts'
import { scanFinalResponse } from './stages/scan-final-response.ts'
import { scanUpstreamResponse } from './stages/scan-upstream-response.ts'
import { send } from './stages/send.ts'
import { store } from './stages/store.ts'
import { type Answer, type Call, Finished, type Missed, type Placed } from './steps/exchange.ts'
import { inOrder, step } from './steps/in-order.ts'
import { type Observer, type Run, through } from './steps/run-steps.ts'
import { type Timings, timer } from './steps/timings.ts'
import { when } from './steps/when.ts'

const planning = inOrder(
  step('setup', 'merge', merge), //             what the caller may not change is refused before anything is read
  step('setup', 'resolve-variables', resolveVariables), // templates without secrets: session, stored variables
  step('auth', 'inject-secrets', injectSecrets), // only now is a secret read, and rendered once
  step('auth', 'authenticate', authenticate), // the credential is planned; its cost waits for the send
  step('transform', 'transform-request', transformRequest), // the body, and the request as the API will see it
  step('cache', 'place-answer', placeAnswer), // and the key under which its answer may lie
)

const fromTheCache = inOrder(
  step('cache', 'look-up-cache', lookUpCache), // a fresh stored answer ends the exchange: nothing is sent
)

const toTheApi = inOrder(
  step('external', 'send', send), //            the only step from which anything leaves
  step('transform', 'scan-upstream-response', scanUpstreamResponse), // an API that repeats what it was sent is not passed on
  step('cache', 'revalidate', revalidate), //   what is stored and still holds ends the exchange as well
  step('transform', 'transform-response', transformResponse), // never sees a secret
  step('transform', 'scan-final-response', scanFinalResponse), // nor may a template piece one together
  step('cache', 'store', store),
)

/** How an exchange ended, and how long each part took. */
export type Outcome =
  | { readonly answer: Answer; readonly timings: Timings }
  | { readonly problem: ProblemError; readonly timings: Timings }

/** Runs one admitted call through the pipeline. Never throws or rejects; gives no promise where nothing is waited for. */
export function runExchange(call: Call, ports: Ports, observe?: Observer): Outcome | Promise<Outcome> {
  const time = timer(ports.clock)
  const ended = (answer: Answer): Outcome => ({
    answer: withCondition(answer, call),
    timings: time.timings(),
  })
  const refused = (error: unknown): Outcome => ({ problem: asProblem(error, call), timings: time.timings() })
  try {
    const answer = answerTo(call, { ports, time, observe })
    return answer instanceof Promise ? answer.then(ended).catch(refused) : ended(answer)
  } catch (error) {
    return refused(error)
  }
}

function answerTo(call: Call, run: Run): Answer | Promise<Answer> {
  return when(planned(call, run), (placed) =>
    when(through(fromTheCache, placed, run), (found) => {
      if (!(found instanceof Finished)) return askApi(found, run)
      if (found.refresh !== undefined) refreshLater(found.refresh, run.ports)
      return found.answer
    }),
  )
}

/** What an equal call was planned as; a call that is watched shows every stage. */
function planned(call: Call, run: Run): Placed | Finished | Promise<Placed | Finished> {
  const { plans } = run.ports
  const recalled = run.observe === undefined ? plans.recall(call, run.ports) : undefined
  if (recalled !== undefined) return recalled
  return when(through(planning, call, run), (placed) => {
    if (!(placed instanceof Finished)) plans.remember(placed, run.ports)
    return placed
  })
}

/** Sends, and tells those who wait for this request what became of it, whatever that is. */
async function askApi(missed: Missed, run: Run): Promise<Answer> {
  const plan = missed.cache.kind === 'keyed' ? missed.cache : undefined
  try {
    const end = await through(toTheApi, missed, run)
    return end instanceof Finished ? end.answer : end
  } catch (error) {
    if (error instanceof NotConfirmed) return askApi(withoutConditions(missed), run)
    plan?.flight?.settle(missed.call.ending.signal.aborted ? { kind: 'abandoned' } : failed(error))
    const nowMs = run.ports.clock.now()
    if (plan?.stored === undefined || !isApiFailure(error) || !mayServeOnError(plan.stored, nowMs))
      throw error
    if (missed.call.ending.signal.aborted) throw error
    const reason = { kind: 'on-error', status: undefined } as const
    const answer = answerFromStore(plan.stored, { call: missed.call, reason, nowMs })
    await run.observe?.('revalidate', new Finished(answer), 0)
    return answer
  }
}

/** An answer that only this caller's exchange could not make is still to be had by the others. */
function failed(error: unknown): FlightOutcome {
  return isApiFailure(error) ? { kind: 'failed', status: undefined } : { kind: 'alone' }
}

/** The caller has its answer: nobody hears how this ends but the callers to come, who find it out themselves. */
function refreshLater(missed: Missed, ports: Ports): void {
  const signal = AbortSignal.timeout(ports.limits.exchangeMs)
  const detached = { ...missed, call: { ...missed.call, ending: { signal } } }
  askApi(detached, { ports, time: timer(ports.clock), observe: undefined }).then(
    ({ body }) => void (body instanceof Readable && body.destroy()),
    () => undefined,
  )
}

/** A failure that no stage foresaw is ours: its reason goes to our log, not to the caller. */
function asProblem(error: unknown, { ending }: Call): ProblemError {
  if (error instanceof ProblemError) return error
  const { signal } = ending
  if (signal.aborted && signal.reason instanceof ProblemError) return signal.reason
  const detail = 'The proxy failed to run this call; the request id leads to the reason in its log'
  return new ProblemError('INTERNAL_ERROR', { detail, cause: error })
}
