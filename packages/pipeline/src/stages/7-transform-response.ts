/**
 * Stage 7: the answer as the widget will get it. `response_body` runs on every upstream status; without it
 * the body streams through. Response templates never see secrets.
 */
import type { Readable } from 'node:stream'
import { ProblemError } from '@sluice/connector-schema'
import { type CompiledTemplate, type ResponseValues, TemplateRenderError } from '@sluice/templates'
import { isEventStream } from '../messages/event-stream.ts'
import { type HeaderList, headerValue } from '../messages/header-list.ts'
import { orRelease, readText, readWhole } from '../messages/payload.ts'
import type { Ports } from '../ports/context.ts'
import { renderBody } from '../rendering/render-body.ts'
import { passingHeaders, withoutBodyHeaders } from '../responding/response-headers.ts'
import { withValidators } from '../responding/validators.ts'
import type { Assessed, Transformed } from '../steps/exchange.ts'

type StagePorts = Pick<Ports, 'limits' | 'isolatedRenderer' | 'cacheKeySecret'>

/** The stage. */
export function transformResponse(received: Assessed, ports: StagePorts): Transformed | Promise<Transformed> {
  return orRelease(received.upstream.body, () => transform(received, ports))
}

function transform(received: Assessed, ports: StagePorts): Transformed | Promise<Transformed> {
  const { upstream, method, call } = received
  const { status } = upstream
  const headers = withValidators(passingHeaders(upstream.headers), received.validators, ports.cacheKeySecret)
  const mayTell = (status >= 200 && status < 300) || status === 303
  if (mayTell && received.location !== undefined) {
    headers.push(['x-upstream-location', received.location])
  }
  const template = call.connector.responseBody
  if (hasNoBody(method, status)) {
    // A 205 that bears a body all the same (RFC 9110 §15.3.6) would keep its connection for as long as it likes.
    if (status === 205) upstream.body.destroy()
    else upstream.body.resume()
    return { received, status, headers, body: null }
  }
  const contentType = call.connector.definition.response_content_type
  if (template === undefined) {
    const typed = contentType === '' ? headers : withContentType(headers, contentType)
    return { received, status, headers: typed, body: received.whole ?? upstream.body }
  }
  if (isEventStream(upstream.headers)) throw endlessInput(status)
  return render({ received, template, headers }, ports)
}

/** A template needs the whole of a response, which a stream of events never is. */
function endlessInput(upstreamStatus: number): ProblemError {
  return new ProblemError('RESPONSE_TEMPLATE_FAILED', {
    detail:
      'The API responded with a stream of events, which response_body cannot transform. ' +
      'Ask the API for a whole response, or take response_body out.',
    upstreamStatus,
    params: ['response_body'],
  })
}

interface Rendering {
  readonly received: Assessed
  readonly template: CompiledTemplate
  /** What of the API's headers passes. */
  readonly headers: HeaderList
}

async function render({ received, template, headers }: Rendering, ports: StagePorts): Promise<Transformed> {
  const { upstream, call } = received
  const { status } = upstream
  const bytes = received.whole ?? (await readUpstream(upstream.body, ports.limits.bufferedAnswerBytes))
  const response = { status, headers, ...readText(bytes) }
  const inputBytes = template.uses.response && response.text !== undefined ? bytes.byteLength : 0
  let body: Uint8Array
  try {
    const values = { ...received.values, response }
    const rendered = renderBody({ call, template, values, inputBytes }, ports.isolatedRenderer)
    body = rendered instanceof Promise ? await rendered : rendered
  } catch (error) {
    throw failedTemplate(response, error)
  }
  const contentType = call.connector.definition.response_content_type || 'application/json'
  return { received, status, headers: [...withoutBodyHeaders(headers), ['content-type', contentType]], body }
}

/** HEAD, 204 and 304 are left alone (RFC 9110 §6.4.1); 205 carries nothing either. */
function hasNoBody(method: string, status: number): boolean {
  return method === 'HEAD' || status === 204 || status === 205 || status === 304
}

function withContentType(headers: HeaderList, contentType: string): HeaderList {
  return [...headers.filter(([name]) => name !== 'content-type'), ['content-type', contentType]]
}

function failedTemplate(response: ResponseValues, error: unknown): unknown {
  if (!(error instanceof TemplateRenderError)) return error
  const retryAfter = headerValue(response.headers, 'retry-after')
  return new ProblemError('RESPONSE_TEMPLATE_FAILED', {
    detail: `response_body, line ${error.line}, column ${error.column}: ${error.message}`,
    upstreamStatus: response.status,
    params: ['response_body'],
    ...(retryAfter !== undefined && { headers: { 'retry-after': retryAfter } }),
    cause: error,
  })
}

function readUpstream(body: Readable, limitBytes: number): Promise<Uint8Array> {
  return readWhole(body, limitBytes, () => {
    const detail = `A response template reads at most ${limitBytes} bytes of an answer`
    return new ProblemError('UPSTREAM_RESPONSE_TOO_LARGE', { detail })
  })
}
