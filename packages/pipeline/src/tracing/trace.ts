/** Runs an exchange and tells everything about it that people may see (spec: "Debug view"). */
import { Readable } from 'node:stream'
import { type ProblemDocument, ProblemError, toProblemDocument } from '@sluice/connector-schema'
import { type HeaderList, headerValue } from '../messages/header-list.ts'
import { decodeUtf8, readWhole } from '../messages/payload.ts'
import type { Ports } from '../ports/context.ts'
import { runExchange } from '../run.ts'
import type { Answer, Call, Received } from '../steps/exchange.ts'
import type { StepName } from '../steps/in-order.ts'
import { stageFailed } from '../steps/run-steps.ts'
import type { Timings } from '../steps/timings.ts'
import type { Disclosure } from '../tokens/disclosure.ts'
import { type CacheDecision, cacheDecision } from './cache-decision.ts'
import { type DebugRequest, debugRequest } from './debug-request.ts'
import { type FieldOrigin, originsOf } from './origins.ts'
import { note, type Seen } from './seen.ts'

/** A message as it is shown; `body` is `null` where it is not UTF-8 or not there. */
export interface ShownMessage {
  readonly status: number
  readonly headers: HeaderList
  readonly body: string | null
}

/** Everything about one exchange; no secret and no token is in it. */
export interface Trace {
  readonly request_id: string
  readonly connector: string
  readonly revision: string
  readonly request: DebugRequest
  readonly origins: readonly FieldOrigin[]
  /** In the order in which they ran; where there is a problem, the last one failed. */
  readonly stages: readonly { readonly stage: StepName; readonly ms: number }[]
  /** What the API answered, before the response template; `null` where nothing came. */
  readonly upstream: ShownMessage | null
  readonly cache: CacheDecision
  /** What the widget would get: an answer, or a problem. */
  readonly answer: ShownMessage | null
  readonly problem: ProblemDocument | null
  readonly timings: Timings
  /** How the credential was made; only where the trace was asked to reveal it to its owner. */
  readonly credentials?: readonly Disclosure[]
}

/** What a trace shows beyond what people may see anyway. */
export interface TraceOptions {
  /**
   * Shows the claims that were signed, and what a token endpoint said of a failure. Only for somebody who owns the
   * credentials: never for a caller of a proxy, nor for its administrators.
   */
  readonly revealCredentialsToOwner?: boolean
}

/** Runs one admitted call, as the proxy would, and traces it. Never rejects. */
export async function traceExchange(call: Call, ports: Ports, options: TraceOptions = {}): Promise<Trace> {
  const { connector, requestId } = call
  const seen: Seen = {}
  const stages: Trace['stages'][number][] = []
  let upstream: ShownMessage | null = null

  const disclosed: Disclosure[] = []
  const reveals = options.revealCredentialsToOwner === true
  const seeing = reveals ? { ...ports, disclose: (one: Disclosure) => void disclosed.push(one) } : ports
  const outcome = await runExchange(call, seeing, async (stage, value, ms) => {
    stages.push({ stage, ms })
    if (value === stageFailed) return value
    note(seen, stage, value)
    if (stage !== 'scan-upstream-response') return value
    // Searched already: what is shown holds no secret of the exchange.
    const { received, shown } = await readUpstream(value as Received, ports)
    upstream = shown
    return received
  })
  const ended = 'problem' in outcome ? outcome.problem : await readAnswer(outcome.answer, ports)
  const answer = ended instanceof ProblemError ? null : ended
  return {
    request_id: requestId,
    connector: connector.permalink,
    revision: connector.revision,
    request: debugRequest(connector, seen, {
      response_body: answer?.body ?? null,
      response_content_type: (answer && headerValue(answer.headers, 'content-type')) ?? null,
    }),
    origins: originsOf(connector, seen.merged),
    stages,
    upstream,
    cache: cacheDecision(connector, seen),
    answer,
    problem: ended instanceof ProblemError ? toProblemDocument(ended, requestId) : null,
    timings: outcome.timings,
    ...(reveals && { credentials: disclosed }),
  }
}

async function readUpstream(
  received: Received,
  ports: Ports,
): Promise<{ readonly received: Received; readonly shown: ShownMessage }> {
  const { upstream, whole } = received
  const bytes = whole ?? (await readBody(upstream.body, ports))
  const { status, headers } = upstream
  return {
    received: { ...received, whole: bytes },
    shown: { status, headers, body: decodeUtf8(bytes) ?? null },
  }
}

async function readAnswer(answer: Answer, ports: Ports): Promise<ShownMessage | ProblemError> {
  const { status, headers, body } = answer
  try {
    const bytes = body instanceof Readable ? await readBody(body, ports) : body
    return { status, headers, body: bytes === null ? null : (decodeUtf8(bytes) ?? null) }
  } catch (error) {
    if (error instanceof ProblemError) return error
    throw error
  }
}

function readBody(body: Readable, { limits }: Ports): Promise<Uint8Array> {
  return readWhole(body, limits.bufferedAnswerBytes, () => {
    const detail = `A traced exchange reads at most ${limits.bufferedAnswerBytes} bytes of an answer`
    return new ProblemError('UPSTREAM_RESPONSE_TOO_LARGE', { detail })
  })
}
