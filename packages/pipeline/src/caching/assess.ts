import { isEventStream } from '../messages/event-stream.ts'
import type { Received } from '../steps/exchange.ts'
import { type Evaluation, evaluate, isFresh } from './freshness.ts'

/** What follows from an API's answer, and from the definition, for its being kept. */
export function assess({ method, upstream, call, requestedAtMs, receivedAtMs }: Received): Evaluation {
  const { definition, dependencies } = call.connector
  const { status, headers } = upstream
  const settings = definition.cache
  const evaluation = evaluate({ method, status, headers, settings, requestedAtMs, receivedAtMs })
  // A stream of events has no end to wait for: nobody keeps it, whatever else is said.
  if (isEventStream(headers)) return { ...evaluation, storable: false, noStore: true }
  return { ...evaluation, storable: evaluation.storable && !dependencies.timeInResponse }
}

/** Whether those who wait for an answer may have it: one that has to be asked for every time is nobody else's. */
export function isShareable({ storable, freshness }: Evaluation, nowMs: number): boolean {
  return storable && isFresh(freshness, nowMs)
}
