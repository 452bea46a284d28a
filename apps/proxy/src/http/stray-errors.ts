/**
 * Errors that nothing handled: thrown in a callback, or the rejection of a promise that nothing waits for. None ends the
 * process or an exchange in silence: each is logged, and the exchange that it belongs to ends with `INTERNAL_ERROR`.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Services } from '../services.ts'
import { arrive } from './arrival.ts'
import { corsGrant } from './cors.ts'
import { noteError } from './error-note.ts'
import { asProblem } from './problem-answer.ts'
import { writeProblem } from './write-problem.ts'

/** A request under way, and what it runs with. */
interface Underway {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  readonly services: Services
}

export interface StrayErrors {
  /** Runs the work of one request: what it leaves behind belongs to it. */
  within(request: Underway, work: () => void): void
  /** Takes an error that nothing handled. Call it from the process's `uncaughtException` and `unhandledRejection`. */
  take(error: unknown): void
}

/** @param services those of now, for errors that belong to no request */
export function createStrayErrors(services: () => Services): StrayErrors {
  const underway = new AsyncLocalStorage<Underway>()
  return {
    within: (request, work) => underway.run(request, work),
    take(error) {
      const request = underway.getStore()
      const { logger, ports } = request?.services ?? services()
      const arrival = request && arrive(request, ports.clock)
      logger.error({ request_id: arrival?.requestId, cause: noteError(error) }, 'unhandled error')
      if (request === undefined || arrival === undefined || request.outgoing.destroyed) return
      const grant = corsGrant(request.incoming, request.services.tenants, undefined)
      try {
        writeProblem(request.outgoing, { arrival, problem: asProblem(error), grant })
      } catch (unwritten) {
        logger.error({ request_id: arrival.requestId, cause: noteError(unwritten) }, 'failure')
        request.outgoing.destroy()
      }
    },
  }
}
