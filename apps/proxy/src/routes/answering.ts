import type { Context } from 'hono'
import { type Arrival, arrive } from '../http/arrival.ts'
import { corsGrant, corsHeaders } from '../http/cors.ts'
import { noteError } from '../http/error-note.ts'
import type { HeaderRecord } from '../http/header-record.ts'
import type { NodeEnv } from '../http/node-env.ts'
import { asProblem, problemAnswer } from '../http/problem-answer.ts'
import { alwaysSet } from '../http/response-headers.ts'
import { type Caller, identifyCaller } from '../http/session.ts'
import type { Services } from '../services.ts'

/** An answer of one of the proxy's own pages. */
export interface OwnAnswer {
  readonly status: 200 | 304
  readonly headers: HeaderRecord
  readonly body: string | null
}

/** Makes a handler of a page that depends on who calls: session first, problems and CORS as everywhere. */
export function answeringCaller(
  services: Services,
  answer: (arrival: Arrival, caller: Caller) => OwnAnswer,
): (c: Context<NodeEnv>) => Promise<Response> {
  return async (c) => {
    const arrival = arrive(c.env, services.ports.clock)
    let caller: Caller | undefined
    try {
      caller = await identifyCaller(arrival.incoming, services)
      const { status, headers: own, body } = answer(arrival, caller)
      const headers = { ...alwaysSet, ...own, 'x-request-id': arrival.requestId }
      const grant = corsGrant(arrival.incoming, services.tenants, caller.tenant)
      return new Response(body, {
        status,
        headers: grant === undefined ? headers : { ...headers, ...corsHeaders(grant, headers) },
      })
    } catch (error) {
      return answerProblem(services, { arrival, error, caller })
    }
  }
}

/** What went wrong outside of an exchange. */
export interface Failure {
  readonly arrival: Arrival
  readonly error: unknown
  readonly caller?: Caller | undefined
}

/** Answers anything thrown outside of an exchange. */
export function answerProblem(services: Services, { arrival, error, caller }: Failure): Response {
  const problem = asProblem(error)
  if (problem.cause !== undefined) {
    const { requestId } = arrival
    services.logger.error(
      { request_id: requestId, code: problem.code, cause: noteError(problem.cause) },
      'failure',
    )
  }
  return problemAnswer({
    arrival,
    problem,
    grant: corsGrant(arrival.incoming, services.tenants, caller?.tenant),
  })
}
