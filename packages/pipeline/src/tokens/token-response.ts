/** A token endpoint's response, and what is mended of it before the OAuth library judges it. */
import type { ProblemError } from '@sluice/connector-schema'
import { headerValue } from '../messages/header-list.ts'
import { decodeUtf8, readWhole } from '../messages/payload.ts'
import type { UpstreamAnswer } from '../ports/ports.ts'

/** What a token endpoint responded, read whole. */
export interface TokenResponse {
  readonly status: number
  /** The value of `Content-Type`, as it came. */
  readonly contentType: string | undefined
  /** The value of `Retry-After`, as it came. */
  readonly retryAfter: string | undefined
  /** The members of its JSON object; `undefined` where the body is not one. */
  readonly fields: Readonly<Record<string, unknown>> | undefined
}

/** More than any response with a token holds. */
const maxResponseBytes = 64 * 1024

/**
 * Reads a response whole.
 *
 * @throws what `tooLong` makes, where the response is longer than any with a token
 */
export async function readTokenResponse(
  { status, headers, body }: UpstreamAnswer,
  tooLong: () => ProblemError,
): Promise<TokenResponse> {
  const bytes = await readWhole(body, maxResponseBytes, tooLong)
  return {
    status,
    contentType: headerValue(headers, 'content-type'),
    retryAfter: headerValue(headers, 'retry-after'),
    fields: jsonObject(decodeUtf8(bytes) ?? ''),
  }
}

/** Whether the response says that it grants a token, and every field of it can be used. */
export function bearsToken(response: TokenResponse): boolean {
  return isSuccess(response) && response.fields !== undefined && faultyField(response.fields) === undefined
}

/** RFC 6749 §5.1 says 200; some servers create their tokens. */
export function isSuccess({ status }: TokenResponse): boolean {
  return status === 200 || status === 201
}

/**
 * A response that bears a token, for the OAuth library, which is strict: what servers write otherwise than RFC 6749
 * §5.1 says, without a doubt about what they mean, is written as it says.
 */
export function mendedResponse({ contentType = '', fields = {} }: TokenResponse): Response {
  return new Response(JSON.stringify(mendedFields(fields)), {
    status: 200,
    // RFC 9110 §8.3.1: media types are compared without case.
    headers: { 'content-type': (contentType.split(';')[0] ?? '').trim().toLowerCase() },
  })
}

function mendedFields(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  // What else a response may hold is not needed here, and is neither verified nor kept.
  const { id_token: _, refresh_token: __, scope: ___, token_type, expires_in, ...rest } = fields
  return {
    ...rest,
    token_type: isBearer(token_type) ? 'Bearer' : token_type,
    ...(!isAbsent(expires_in) && { expires_in }),
  }
}

/**
 * The field for which a response is not accepted. The library's reading of `expires_in` takes the digits at the
 * beginning of any text, and it knows a token type that cannot be sent as a bearer token: both are refused here.
 */
export function faultyField(fields: Readonly<Record<string, unknown>>): FaultyField | undefined {
  const { access_token, token_type, expires_in } = fields
  if (isAbsent(access_token)) return { name: 'access_token', isMissing: true }
  // guard: sendable-tokens (exchange-failure.test.ts)
  if (typeof access_token !== 'string' || !isSendable(access_token)) {
    return { name: 'access_token', isMissing: false }
  }
  // guard: bearer-tokens-only (exchange-failure.test.ts)
  if (!isBearer(token_type)) return { name: 'token_type', isMissing: false }
  // guard: lives-in-seconds (exchange-failure.test.ts)
  if (!isAbsent(expires_in) && !isSeconds(expires_in)) return { name: 'expires_in', isMissing: false }
  return undefined
}

/** A field that is missing, or whose value is invalid. */
export interface FaultyField {
  readonly name: 'access_token' | 'token_type' | 'expires_in'
  readonly isMissing: boolean
}

const maxTokenLength = 16 * 1024

/** RFC 6750 §2.1 in practice: visible ASCII. Anything else could end the header, or begin another one. */
function isSendable(token: string): boolean {
  return token.length <= maxTokenLength && /^[\x21-\x7e]+$/.test(token)
}

/** RFC 6749 §7.1 compares without case and requires the field; some servers leave it out, or say `BearerToken`. */
function isBearer(type: unknown): boolean {
  return isAbsent(type) || (typeof type === 'string' && /^bearer(?:token)?$/i.test(type))
}

function isSeconds(value: unknown): boolean {
  if (typeof value === 'string') return /^[0-9]{1,15}(?:\.[0-9]+)?$/.test(value)
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

function jsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? { ...value } : undefined
  } catch {
    return undefined
  }
}
