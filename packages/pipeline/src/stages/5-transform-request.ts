/**
 * Stage 5: the request as the API will receive it. Renders `request_body`, or lets the caller's payload through
 * byte for byte, unchanged.
 */
import type { Readable } from 'node:stream'
import { hasPayload, ProblemError } from '@sluice/connector-schema'
import type { CompiledTemplate } from '@sluice/templates'
import { readText, readWhole } from '../messages/payload.ts'
import { version } from '../messages/version.ts'
import { payloadTooLarge } from '../overrides/payload-limit.ts'
import type { Ports } from '../ports/context.ts'
import { renderBody } from '../rendering/render-body.ts'
import { renderProblem } from '../rendering/render-field.ts'
import { bearsSecret, type MaskedText, plain } from '../secrecy/masked-text.ts'
import type { Authenticated, Payload, Prepared, PreparedHeader, Row } from '../steps/exchange.ts'

/** Names this proxy in `Via` (RFC 9110 §7.6.3): how a loop is recognised. */
export const viaPseudonym = 'sluice'

const via: PreparedHeader = { name: 'Via', value: plain(`1.1 ${viaPseudonym}`), confidential: false }
const userAgent: PreparedHeader = {
  name: 'User-Agent',
  value: plain(`Sluice/${version}`),
  confidential: false,
}

type StagePorts = Pick<Ports, 'limits' | 'isolatedRenderer'>

/** The stage. */
export async function transformRequest(authenticated: Authenticated, ports: StagePorts): Promise<Prepared> {
  const { call, values, reads, injected, origin, target } = authenticated
  const method = call.connector.definition.method
  const query = authenticated.query.filter(isSent)
  const { credential } = authenticated
  const pairs: (readonly [string, MaskedText])[] = query.map((row) => [row.key, row.value])
  if (credential.kind === 'query') pairs.push([credential.name, credential.value])
  const described = await requestBody(authenticated, ports)
  return {
    call,
    values,
    reads,
    injected,
    method,
    url: withQuery(origin + target, pairs),
    headers: requestHeaders(authenticated, described),
    credential: credential.kind === 'paid' ? credential : undefined,
    body: described.body,
  }
}

function isSent({ value, keepEmpty }: Row<MaskedText>): boolean {
  return keepEmpty || value.real !== ''
}

function withQuery(base: string, pairs: readonly (readonly [string, MaskedText])[]): MaskedText {
  if (pairs.length === 0) return plain(base)
  const separator = base.includes('?') ? '&' : '?'
  const write = (side: 'real' | 'masked') =>
    pairs.map(([key, value]) => `${encode(key)}=${encode(value[side])}`).join('&')
  const real = base + separator + write('real')
  return pairs.some(([, value]) => bearsSecret(value))
    ? { real, masked: base + separator + write('masked') }
    : plain(real)
}

/** RFC 3986: all but the unreserved characters. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function requestHeaders(
  { call, headers, credential }: Authenticated,
  { contentType, streamLength }: RequestBody,
): readonly PreparedHeader[] {
  const prepared: PreparedHeader[] = []
  const names = new Set<string>()
  for (const [index, row] of headers.entries()) {
    if (!isSent(row)) continue
    names.add(row.key.toLowerCase())
    const uses = call.connector.headers[index]?.template.uses
    const confidential =
      bearsSecret(row.value) || (uses?.session.size ?? 0) > 0 || confidentialNames.has(row.key.toLowerCase())
    prepared.push({ name: row.key, value: row.value, confidential })
  }
  if (credential.kind === 'header') {
    names.add(credential.name.toLowerCase())
    prepared.push({ name: credential.name, value: credential.value, confidential: true })
  }
  if (contentType !== undefined && !names.has('content-type')) {
    prepared.push({ name: 'Content-Type', value: plain(contentType), confidential: false })
  }
  // A stream that is passed on unchanged has the length that its caller announced: some APIs want one (S3: 411).
  if (streamLength !== undefined) {
    prepared.push({ name: 'Content-Length', value: plain(String(streamLength)), confidential: false })
  }
  if (!names.has('user-agent')) prepared.push(userAgent)
  prepared.push(via)
  return prepared
}

const confidentialNames = new Set(['authorization', 'cookie'])

interface RequestBody {
  readonly body: Uint8Array | Readable | null
  readonly contentType: string | undefined
  /** Bytes of a stream, where they are known; what is at hand tells its length itself. */
  readonly streamLength?: number | undefined
}

async function requestBody({ call, values }: Authenticated, ports: StagePorts): Promise<RequestBody> {
  const { requestBody: template, definition } = call.connector
  const { payload } = call
  if (!hasPayload(definition.method)) {
    if (payload !== null) {
      const detail = `A ${definition.method} call carries no payload`
      throw new ProblemError('INVALID_REQUEST', { detail, stage: 'transform-request' })
    }
    return { body: null, contentType: undefined }
  }
  if (template === undefined) {
    return payload === null ? { body: null, contentType: undefined } : passedThrough(payload)
  }
  const { text, bytes: inputBytes } =
    payload === null ? nothing : await payloadText(payload, template, ports.limits)
  try {
    const body = renderBody(
      { call, template, values: { ...values, body: { text } }, inputBytes },
      ports.isolatedRenderer,
    )
    return { body: body instanceof Promise ? await body : body, contentType: 'application/json' }
  } catch (error) {
    throw renderProblem('request_body', 'transform-request', error)
  }
}

/** A payload of so many bytes at most is kept, so that it can be sent again; a larger one streams. */
const keptPayloadBytes = 64 * 1024

/** By the length that the caller announced: a payload without one may be a stream that waits for what it brings about. */
async function passedThrough({ stream, length, contentType }: Payload): Promise<RequestBody> {
  if (length === undefined || length > keptPayloadBytes) {
    return { body: stream, contentType, streamLength: length }
  }
  return { body: await readWhole(stream, length, () => payloadTooLarge(length)), contentType }
}

interface PayloadText {
  readonly text: string
  readonly bytes: number
}

const nothing: PayloadText = { text: '', bytes: 0 }

/** The caller's payload is read to its end also where the template has no use for it. */
async function payloadText(
  payload: Payload,
  template: CompiledTemplate,
  limits: Ports['limits'],
): Promise<PayloadText> {
  const bytes = await readWhole(payload.stream, limits.requestBytes, () =>
    payloadTooLarge(limits.requestBytes),
  )
  if (!template.uses.body) return nothing
  const { text, encoding } = readText(bytes)
  if (text !== undefined) return { text, bytes: bytes.byteLength }
  throw new ProblemError('INVALID_REQUEST', {
    detail: `The payload is not UTF-8${encoding === undefined ? '' : ` (it looks like ${encoding})`}: send it as UTF-8`,
    stage: 'transform-request',
  })
}
