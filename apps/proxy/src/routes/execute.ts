import { Readable } from 'node:stream'
import { ProblemError } from '@sluice/connector-schema'
import {
  type Answer,
  type Call,
  type CompiledConnector,
  runExchange,
  type Timings,
  when,
} from '@sluice/pipeline'
import type { Context } from 'hono'
import { checkHost, checkMethod, checkRoles, findConnector } from '../http/admit.ts'
import { type Arrival, arrive, elapsedMs } from '../http/arrival.ts'
import { corsGrant } from '../http/cors.ts'
import { callerGone, ExchangeEnding } from '../http/exchange-ending.ts'
import { logExchange } from '../http/exchange-log.ts'
import type { HeaderRecord } from '../http/header-record.ts'
import type { NodeEnv } from '../http/node-env.ts'
import { checkOrigin, refuseResourceLoads } from '../http/origin.ts'
import { parseCall } from '../http/parse-call.ts'
import { bearsBody } from '../http/payload.ts'
import { asProblem, problemAnswer } from '../http/problem-answer.ts'
import { answerHeaders } from '../http/response-headers.ts'
import { type Caller, identifyCaller } from '../http/session.ts'
import { streamAnswer } from '../http/stream-answer.ts'
import { noTimings } from '../http/timing-headers.ts'
import { shuttingDown } from '../lifecycle.ts'
import type { Services } from '../services.ts'

/** What became known of an exchange before it ended, however it ended. */
interface Progress {
  readonly arrival: Arrival
  caller?: Caller
  connector?: CompiledConnector
  rateLimit?: HeaderRecord | undefined
  timings?: Timings
}

/**
 * `{METHOD} /connectors/{permalink}/execute`: admits a call, runs its exchange, answers. Gives no promise where nothing
 * is waited for.
 */
export function createExecute(services: Services): (c: Context<NodeEnv>) => Response | Promise<Response> {
  return (c) => {
    const response = answer(services, arrive(c.env, services.ports.clock), c.req.param('permalink') ?? '')
    // Only after an answer that it waited for does the server read what is left of a payload to its end.
    return bearsBody(c.env.incoming) ? Promise.resolve(response) : response
  }
}

function answer(services: Services, arrival: Arrival, permalink: string): Response | Promise<Response> {
  const progress: Progress = { arrival }
  try {
    const answered = when(admit(services, progress, permalink), (call) => run(services, progress, call))
    if (!(answered instanceof Promise)) return answered
    return answered.catch((error: unknown) => refuse(services, progress, error))
  } catch (error) {
    return refuse(services, progress, error)
  }
}

/**
 * Everything that is decided before an exchange begins. The order is part of the contract: 401, 404, 405, 403,
 * 429, 400; a caller never learns more than its last passed check entitles it to.
 */
function admit(services: Services, progress: Progress, permalink: string): Call | Promise<Call> {
  const { arrival } = progress
  const { incoming, outgoing } = arrival
  if (services.lifecycle.isShuttingDown()) throw shuttingDown()

  return when(identifyCaller(incoming, services), (caller) => {
    progress.caller = caller

    const connector = findConnector(services.connectors, caller, permalink)
    progress.connector = connector

    checkMethod(incoming, connector)

    checkRoles(caller, connector)
    checkHost(incoming, caller, services.tenants)
    refuseResourceLoads(incoming)
    checkOrigin(incoming, caller)
    services.csrf.check(incoming, caller.credentials)
    services.guessLimits.check(incoming, caller, connector)

    return when(services.rateLimits.count(incoming, caller, connector), (rateLimit) => {
      progress.rateLimit = rateLimit

      const { requestBytes: payloadLimitBytes, exchangeMs } = services.ports.limits
      if (outgoing.destroyed) throw callerGone()
      const ending = new ExchangeEnding(arrival, exchangeMs)
      return parseCall({ arrival, caller, connector, ending, payloadLimitBytes })
    })
  })
}

function run(services: Services, progress: Progress, call: Call): Response | Promise<Response> {
  const { outgoing } = progress.arrival
  const { payload } = call
  // Whatever is left of a payload once the answer is out stops being read into memory.
  if (payload !== null) outgoing.once('close', () => payload.stream.destroy())
  return when(runExchange(call, services.ports), (outcome) => {
    progress.timings = outcome.timings
    if ('problem' in outcome) throw outcome.problem
    return respond(services, progress, outcome.answer)
  })
}

function respond(services: Services, progress: Progress, answer: Answer): Response {
  const { arrival, caller, connector, rateLimit, timings = noTimings } = progress
  const { status, cacheStatus } = answer
  const grant = corsGrant(arrival.incoming, services.tenants, caller?.tenant)
  const body = bodyOf(arrival, answer)
  const totalMs = elapsedMs(arrival)
  const record = { arrival, tenant: caller?.tenant, connector, status, timings, totalMs, cacheStatus }
  try {
    const headers = answerHeaders({ arrival, answer, timings, totalMs, grant, rateLimit })
    if (!(body instanceof Readable)) {
      logExchange(services.logger, record)
      return new Response(body, { status, headers })
    }
    return streamAnswer(arrival.outgoing, {
      status,
      headers,
      body,
      onEnd: (whole, error) =>
        logExchange(services.logger, {
          ...record,
          totalMs: elapsedMs(arrival),
          whole,
          ...(error instanceof ProblemError && { problem: error }),
        }),
    })
  } catch (error) {
    if (body instanceof Readable) body.destroy()
    throw error
  }
}

/** HEAD, 204, 205 and 304 have no content (RFC 9110 §6.4.1, §15.3.6), whatever the API sent. */
function bodyOf({ incoming }: Arrival, { body, status }: Answer): Answer['body'] {
  if (incoming.method !== 'HEAD' && status !== 204 && status !== 205 && status !== 304) return body
  if (body instanceof Readable) body.destroy()
  return null
}

function refuse(services: Services, progress: Progress, error: unknown): Response {
  const { arrival, caller, connector, rateLimit, timings = noTimings } = progress
  const problem = asProblem(error)
  const grant = corsGrant(arrival.incoming, services.tenants, caller?.tenant)
  logExchange(services.logger, {
    arrival,
    tenant: caller?.tenant,
    connector,
    status: problem.status,
    timings,
    totalMs: elapsedMs(arrival),
    problem,
    whole: !arrival.outgoing.destroyed,
  })
  return problemAnswer({ arrival, problem, grant, timings, rateLimit })
}
