import type { Received } from '../exchange.ts'
import type { UpstreamAnswer } from '../ports.ts'
import { type Evaluation, evaluate, isFresh } from './freshness.ts'

/** Two steps of an exchange ask. An answer belongs to one exchange. */
const assessed = new WeakMap<UpstreamAnswer, Evaluation>()

/** What follows from an API's answer, and from the definition, for its being kept. */
export function assess(received: Received): Evaluation {
  const known = assessed.get(received.upstream)
  if (known !== undefined) return known
  const evaluation = assessAnew(received)
  assessed.set(received.upstream, evaluation)
  return evaluation
}

function assessAnew({ method, upstream, call, requestedAtMs, receivedAtMs }: Received): Evaluation {
  const { definition, dependencies } = call.connector
  const { status, headers } = upstream
  const settings = definition.cache
  const evaluation = evaluate({ method, status, headers, settings, requestedAtMs, receivedAtMs })
  return { ...evaluation, storable: evaluation.storable && !dependencies.timeInResponse }
}

/** Whether those who wait for an answer may have it: one that has to be asked for every time is nobody else's. */
export function isShareable({ storable, freshness }: Evaluation, nowMs: number): boolean {
  return storable && isFresh(freshness, nowMs)
}
