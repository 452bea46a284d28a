import { Readable } from 'node:stream'
import type { HttpBindings } from '@hono/node-server'
import { ProblemError } from '@sluice/connector-schema'
import {
  type Answer,
  type Call,
  type CompiledConnector,
  runExchange,
  type Timings,
  when,
} from '@sluice/pipeline'
import { checkHost, checkMethod, checkRoles, findConnector } from '../http/admit.ts'
import { type Arrival, arrive, elapsedMs } from '../http/arrival.ts'
import { callerGone, callerTooSlow } from '../http/caller-fault.ts'
import { corsGrant } from '../http/cors.ts'
import { watchUnread } from '../http/delivery-watch.ts'
import { noteError } from '../http/error-note.ts'
import { ExchangeEnding } from '../http/exchange-ending.ts'
import { logExchange } from '../http/exchange-log.ts'
import type { HeaderRecord } from '../http/header-record.ts'
import { bodyBegins } from '../http/hold-head.ts'
import { checkOrigin, refuseResourceLoads } from '../http/origin.ts'
import { parseCall } from '../http/parse-call.ts'
import { asProblem } from '../http/problem-answer.ts'
import { answerHeaders } from '../http/response-headers.ts'
import { type Caller, identifyCaller } from '../http/session.ts'
import { streamResponse } from '../http/stream-response.ts'
import { noTimings } from '../http/timing-headers.ts'
import { writeProblem } from '../http/write-problem.ts'
import { cutConnection, writeWhole } from '../http/write-response.ts'
import { shuttingDown } from '../lifecycle.ts'
import type { Services } from '../services.ts'

/** What became known of an exchange before it ended, however it ended. */
interface Progress {
  readonly arrival: Arrival
  caller?: Caller
  connector?: CompiledConnector
  rateLimit?: HeaderRecord | undefined
  timings?: Timings
  ending?: ExchangeEnding
}

/**
 * `{METHOD} /connectors/{permalink}/execute`: admits a call, runs its exchange, and writes the response itself: whatever
 * goes wrong on the way, no library's own words leave. Gives no promise where nothing is waited for.
 */
export function createExecute(services: Services): Execute {
  return (bindings, permalink) => respondTo(services, arrive(bindings, services.ports.clock), permalink)
}

/** Responds to one call of a connector. Throws and rejects never. */
export type Execute = (bindings: HttpBindings, permalink: string) => void | Promise<void>

function respondTo(services: Services, arrival: Arrival, permalink: string): void | Promise<void> {
  const progress: Progress = { arrival }
  try {
    const responded = when(admit(services, progress, permalink), (call) => run(services, progress, call))
    if (!(responded instanceof Promise)) return responded
    return responded.catch((error: unknown) => refuse(services, progress, error))
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
      progress.ending = ending
      return parseCall({ arrival, caller, connector, ending, payloadLimitBytes })
    })
  })
}

function run(services: Services, progress: Progress, call: Call): void | Promise<void> {
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

function respond(services: Services, progress: Progress, answer: Answer): void | Promise<void> {
  const { arrival } = progress
  const body = bodyOf(arrival, answer)
  if (!(body instanceof Readable)) return respondWhole(services, progress, { ...answer, body })
  return when(bodyBegins(body, answer.headWaitMs), () =>
    respondStreaming(services, progress, { ...answer, body }),
  )
}

function respondWhole(
  services: Services,
  progress: Progress,
  answer: Answer & { body: Uint8Array | null },
): void {
  const { arrival } = progress
  const { outgoing } = arrival
  const { head, record } = described(services, progress, answer)
  writeWhole(outgoing, { ...head, body: answer.body })
  watchUnread(outgoing, services.delivery, () =>
    logExchange(services.logger, {
      ...record,
      totalMs: elapsedMs(arrival),
      whole: false,
      problem: callerTooSlow(),
    }),
  )
  logExchange(services.logger, record)
}

function respondStreaming(services: Services, progress: Progress, answer: Answer & { body: Readable }): void {
  const { arrival, ending } = progress
  const { body } = answer
  try {
    const { head, record } = described(services, progress, answer)
    streamResponse(arrival.outgoing, {
      ...head,
      body,
      limits: services.delivery,
      onEnd: (whole, error) =>
        logExchange(services.logger, {
          ...record,
          totalMs: elapsedMs(arrival),
          whole,
          ...(error instanceof ProblemError && { problem: error }),
        }),
    })
    ending?.beginStream(services.delivery.streamMs)
  } catch (error) {
    body.destroy()
    throw error
  }
}

/** The head of a response, and what the log says of it. */
function described(services: Services, progress: Progress, answer: Answer) {
  const { arrival, caller, connector, rateLimit, timings = noTimings } = progress
  const { status, cacheStatus } = answer
  const grant = corsGrant(arrival.incoming, services.tenants, caller?.tenant)
  const totalMs = elapsedMs(arrival)
  const headers = answerHeaders({ arrival, answer, timings, totalMs, grant, rateLimit })
  const record = { arrival, tenant: caller?.tenant, connector, status, timings, totalMs, cacheStatus }
  return { head: { status, headers }, record }
}

/** HEAD, 204, 205 and 304 have no content (RFC 9110 §6.4.1, §15.3.6), whatever the API sent. */
function bodyOf({ incoming }: Arrival, { body, status }: Answer): Answer['body'] {
  if (incoming.method !== 'HEAD' && status !== 204 && status !== 205 && status !== 304) return body
  if (body instanceof Readable) body.destroy()
  return null
}

function refuse(services: Services, progress: Progress, error: unknown): void {
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
  try {
    writeProblem(arrival.outgoing, { arrival, problem, grant, timings, rateLimit })
  } catch (unwritten) {
    services.logger.error({ request_id: arrival.requestId, cause: noteError(unwritten) }, 'failure')
    cutConnection(arrival.outgoing)
  }
}
