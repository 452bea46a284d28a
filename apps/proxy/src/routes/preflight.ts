import type { Context, Next } from 'hono'
import { arrive } from '../http/arrival.ts'
import { corsGrant, isPreflight, preflightHeaders, preflightVary } from '../http/cors.ts'
import type { NodeEnv } from '../http/node-env.ts'
import { originNotAllowed } from '../http/origin.ts'
import { problemAnswer } from '../http/problem-answer.ts'
import type { Services } from '../services.ts'

/** Answers preflights; any other OPTIONS request goes on to its connector. */
export function createPreflight(services: Services) {
  return async (c: Context<NodeEnv>, next: Next): Promise<Response | undefined> => {
    const { incoming } = c.env
    if (!isPreflight(incoming)) {
      await next()
      return undefined
    }
    const arrival = arrive(c.env, services.ports.clock)
    const grant = corsGrant(incoming, services.tenants, undefined)
    if (grant === undefined) return problemAnswer({ arrival, problem: originNotAllowed(), grant })
    const headers = {
      ...preflightHeaders(grant, incoming),
      vary: preflightVary,
      'x-request-id': arrival.requestId,
    }
    return new Response(null, { status: 204, headers })
  }
}
