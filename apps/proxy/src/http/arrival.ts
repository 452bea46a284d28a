import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HttpBindings } from '@hono/node-server'
import type { Clock } from '@sluice/pipeline'
import { requestIdOf } from './request-id.ts'

/** A request as it arrived, before anything about it was checked. */
export interface Arrival {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  readonly requestId: string
  readonly clock: Clock
  /** Of the monotonic clock. */
  readonly startedMs: number
}

/** Notes the arrival of a request. */
export function arrive({ incoming, outgoing }: HttpBindings, clock: Clock): Arrival {
  return { incoming, outgoing, requestId: requestIdOf(incoming), clock, startedMs: clock.monotonic() }
}

/** Milliseconds since a request arrived. */
export function elapsedMs({ clock, startedMs }: Arrival): number {
  return clock.monotonic() - startedMs
}
