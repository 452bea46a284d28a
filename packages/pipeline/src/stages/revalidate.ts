/**
 * After the send: an API that says that a stored answer still holds, or that fails while something stale may
 * stand in, ends the exchange with what is stored. The response template does not run again. And those who wait for
 * this answer hear whether they can have it, before anything is done with it.
 */

import { assess, isShareable } from '../caching/assess.ts'
import type { KeyedPlan } from '../caching/cache-lookup.ts'
import { evaluate } from '../caching/freshness.ts'
import { confirms, headersAfter304 } from '../caching/revalidation.ts'
import { isErrorStatus, mayServeOnError } from '../caching/stale.ts'
import type { CacheStore, Clock, StoredAnswer } from '../ports/ports.ts'
import { answerFromStore } from '../responding/respond-from-store.ts'
import { type Assessed, Finished, type Received } from '../steps/exchange.ts'

interface Needs {
  readonly cache: CacheStore
  readonly clock: Clock
}

/** A 304 that speaks of another answer than the stored one: the request goes out again without conditions. */
export class NotConfirmed extends Error {
  override readonly name = 'NotConfirmed'
}

/**
 * The stage.
 *
 * @throws NotConfirmed
 */
export function revalidate(received: Received, ports: Needs): Assessed | Finished {
  const { cache: plan } = received
  if (plan.kind === 'keyed' && plan.stored !== undefined) {
    const ended = fromStored(received, { ...plan, stored: plan.stored }, ports)
    if (ended !== undefined) return ended
  }
  const evaluation = assess(received)
  if (plan.kind === 'keyed' && !isShareable(evaluation, ports.clock.now())) {
    plan.flight?.settle({ kind: 'alone' })
  }
  return { ...received, evaluation }
}

type PlanWithStored = KeyedPlan & { readonly stored: StoredAnswer }

function fromStored(received: Received, plan: PlanWithStored, ports: Needs): Finished | undefined {
  const { upstream, call } = received
  if (upstream.status === 304 && plan.conditional) {
    upstream.body.resume()
    if (!confirms(upstream.headers, plan.stored)) throw new NotConfirmed()
    return confirmed(received, plan, ports)
  }
  if (isErrorStatus(upstream.status) && mayServeOnError(plan.stored, ports.clock.now())) {
    const { status } = upstream
    upstream.body.destroy()
    plan.flight?.settle({ kind: 'failed', status })
    const reason = { kind: 'on-error', status } as const
    return new Finished(answerFromStore(plan.stored, { call, reason, nowMs: ports.clock.now() }))
  }
  return undefined
}

/** RFC 9111 §4.3.4. Whether it may be stored is decided anew: it may have turned `private`. */
function confirmed(received: Received, plan: PlanWithStored, ports: Needs): Finished {
  const { stored } = plan
  const { method, call, upstream, requestedAtMs, receivedAtMs, validators } = received
  const { cache: settings } = call.connector.definition
  const keepsValidators = validators !== 'pass'
  const after = headersAfter304(stored, upstream.headers, { receivedAtMs, keepsValidators })
  const { status } = stored
  const evaluation = evaluate({ method, status, headers: after.said, settings, requestedAtMs, receivedAtMs })
  const { storable, freshness, keepMs } = evaluation
  const answer: StoredAnswer = { ...stored, ...after, freshness }
  if (storable) ports.cache.keep(plan.entry, answer, { ticket: plan.ticket, forMs: keepMs })
  else if (ports.cache.isCurrent(plan.ticket)) ports.cache.forget(plan.entry)
  const nowMs = ports.clock.now()
  plan.flight?.settle(isShareable(evaluation, nowMs) ? { kind: 'stored', answer } : { kind: 'alone' })
  return new Finished(answerFromStore(answer, { call, reason: { kind: 'confirmed' }, nowMs }))
}
