/** The request of an exchange as people may see it: rendered, every secret as its template's text. */
import type { Credential } from '../authentication/deferred-credential.ts'
import type { CompiledConnector } from '../compile/compile-connector.ts'
import { decodeUtf8 } from '../messages/payload.ts'
import type { MaskedText } from '../secrecy/masked-text.ts'
import type { Provenanced, Rendered, Row } from '../steps/exchange.ts'
import type { Seen } from './seen.ts'

/** One header or query parameter. */
export interface ShownRow {
  readonly key: string
  readonly value: string
}

/** What `X-Debug-Request` holds (spec: "Debug view"). */
export interface DebugRequest {
  readonly url: string
  readonly method: string
  readonly headers: readonly ShownRow[]
  readonly query_parameters: readonly ShownRow[]
  readonly authentication: object
  /** `null` where the caller's payload streams through unread, or is not UTF-8. */
  readonly request_body: string | null
  readonly response_body: string | null
  readonly response_content_type: string | null
}

/** The view of an exchange, as far as it came. What no stage has rendered yet is shown as its template. */
export function debugRequest(
  connector: CompiledConnector,
  seen: Seen,
  answer: Pick<DebugRequest, 'response_body' | 'response_content_type'>,
): DebugRequest {
  const { definition } = connector
  const { prepared, resolved, withSecrets, merged, received } = seen
  const sent = received?.headers ?? prepared?.headers
  const rows = withSecrets ?? resolved ?? merged
  return {
    url:
      prepared?.url.masked ??
      (resolved === undefined ? connector.url.source : resolved.origin + resolved.target),
    method: definition.method,
    headers:
      sent?.map(({ name, value }) => ({ key: name, value: value.masked })) ??
      rows?.headers.map(shown) ??
      definition.headers.map(({ key, value }) => ({ key, value })),
    query_parameters:
      rows?.query.map(shown) ?? definition.query_parameters.map(({ key, value }) => ({ key, value })),
    authentication: shownCredential(definition.authentication, seen.authenticated?.credential),
    request_body: bodyText(prepared?.body, definition.request_body),
    ...answer,
  }
}

function shown({ key, value }: Row<Provenanced> | Row<Rendered> | Row<MaskedText>): ShownRow {
  if ('masked' in value) return { key, value: value.masked }
  if ('awaitsSecret' in value) return { key, value: value.awaitsSecret.source }
  if ('template' in value) return { key, value: value.template.source }
  return { key, value: value.text }
}

function shownCredential(
  authentication: CompiledConnector['definition']['authentication'],
  credential: Credential | undefined,
): object {
  if (credential === undefined || credential.kind === 'none') return authentication
  if (credential.kind === 'paid') return JSON.parse(credential.masked) as object
  const { kind, name, value } = credential
  return { type: authentication.type, in: kind, key: name, value: value.masked }
}

function bodyText(body: unknown, template: string): string | null {
  if (body === undefined) return template === '' ? null : template
  return body instanceof Uint8Array ? (decodeUtf8(body) ?? null) : null
}

const longestValueBytes = 1024
const longestHeaderBytes = 16 * 1024

/** The value of `X-Debug-Request`: every text at most 1 KiB, the whole at most 16, percent-encoded where not ASCII. */
export function debugHeader(request: DebugRequest): string {
  const cut = JSON.parse(
    JSON.stringify(request, (_, value: unknown) => (typeof value === 'string' ? cutText(value) : value)),
  ) as DebugRequest
  for (const shorter of [
    cut,
    { ...cut, response_body: null },
    { ...cut, response_body: null, request_body: null },
  ]) {
    const text = headerText(shorter)
    if (text.length <= longestHeaderBytes) return text
  }
  const { url, method } = cut
  return headerText({ url, method })
}

function headerText(value: object): string {
  const json = JSON.stringify(value)
  return /^[\x20-\x7e]*$/.test(json) ? json : encodeURIComponent(json)
}

function cutText(text: string): string {
  const bytes = Buffer.from(text, 'utf8')
  if (bytes.byteLength <= longestValueBytes) return text.toWellFormed()
  // A character that is cut in half is left out.
  return `${bytes
    .subarray(0, longestValueBytes - 3)
    .toString('utf8')
    .replace(/\ufffd+$/, '')}…`
}
