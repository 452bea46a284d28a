/**
 * What may be told of a failed exchange for a token: its status, its content type, an `error` that an RFC registers,
 * the field that is missing or invalid, and when to ask again. Never a description or a value: an endpoint may repeat
 * there what it was sent.
 */
import { type ProblemDetails, ProblemError } from '@sluice/connector-schema'
import { parseHttpDate } from '../caching/http-date.ts'
import { faultyField, isSuccess, type TokenResponse } from './token-response.ts'

/** A response that gave no token, and what may not be repeated of the request. */
export interface RefusedExchange {
  readonly response: TokenResponse
  /** Credentials that were sent. */
  readonly sent: readonly string[]
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: number
}

/** The problem of an exchange whose endpoint responded without a token that can be used. */
export function refusedExchange({ response, sent, nowMs }: RefusedExchange): ProblemError {
  const retryAfter = toldRetryAfter(response.retryAfter, nowMs)
  return failure({
    ...(isSuccess(response) ? unusable(response, sent) : refusal(response, sent)),
    ...(retryAfter !== undefined && { headers: { 'retry-after': retryAfter } }),
  })
}

function refusal(response: TokenResponse, sent: readonly string[]): ProblemDetails {
  const seen = told(response, sent)
  if (response.status >= 300 && response.status < 400) {
    const detail = `The token endpoint redirected (${seen}), and no redirect is followed: write the address that it leads to as \`token_url\``
    return { detail }
  }
  const code = toldError(response)
  if (code === undefined) return { detail: `The token endpoint refused (${seen})` }
  const advice = advices[code]
  const detail = `The token endpoint refused (${seen}): ${code}${advice === undefined ? '' : `. ${advice}`}`
  return { detail, params: [code] }
}

function unusable(response: TokenResponse, sent: readonly string[]): ProblemDetails {
  const { fields } = response
  const seen = told(response, sent)
  if (fields === undefined) return { detail: `The token endpoint gave no JSON object (${seen})` }
  const field = faultyField(fields)
  if (field === undefined) {
    return { detail: `The token endpoint gave JSON under another type than application/json (${seen})` }
  }
  const what = field.isMissing ? 'is missing' : 'is invalid'
  return {
    detail: `\`${field.name}\` ${what} in the response of the token endpoint (${seen})`,
    params: [field.name],
  }
}

function told({ status, contentType }: TokenResponse, sent: readonly string[]): string {
  const type = toldContentType(contentType, sent)
  return type === undefined ? `status ${status}` : `status ${status}, ${type}`
}

/** The problem of an exchange to which no whole response came. */
export function brokenExchange(error: unknown): ProblemError {
  if (error instanceof ProblemError) {
    const { code } = error
    // Ours already, or nothing that the endpoint did.
    if (code === 'TOKEN_EXCHANGE_FAILED' || code === 'SHUTTING_DOWN' || code === 'JWT_SIGNING_FAILED')
      return error
    if (code === 'DESTINATION_NOT_ALLOWED') {
      const detail = `authentication.config.token_url: ${error.message}`
      return new ProblemError('DESTINATION_NOT_ALLOWED', { detail, stage: 'authenticate' })
    }
    if (code === 'UPSTREAM_TIMEOUT') return failure({ detail: tooSlow, cause: error })
    if (code === 'UPSTREAM_UNREACHABLE') {
      return failure({ detail: 'The token endpoint could not be reached', cause: error })
    }
    return failure({ detail: 'The token endpoint broke the HTTP protocol', cause: error })
  }
  // The signal of the exchange: its time is over.
  if (error instanceof DOMException) return failure({ detail: tooSlow })
  // Messages and causes of a library quote the response, which may hold a token.
  return failure({ detail: 'The exchange with the token endpoint failed' })
}

/** The problem of a response that is longer than any with a token. */
export function tooLong(): ProblemError {
  return failure({ detail: 'The response of the token endpoint is too long' })
}

const tooSlow = 'The token endpoint did not respond in time'

function failure(details: ProblemDetails): ProblemError {
  return new ProblemError('TOKEN_EXCHANGE_FAILED', details)
}

/**
 * Every `error` that an RFC registers (IANA, OAuth Extensions Error Registry, with RFC 6749 §4.1.2.1 and §5.2). A server
 * that writes what it was sent into `error` is not passed on.
 */
const registered: ReadonlySet<string> = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'access_denied', //                 RFC 6749 §4.1.2.1, RFC 8628
  'unsupported_response_type',
  'server_error',
  'temporarily_unavailable',
  'invalid_token', //                 RFC 6750
  'insufficient_scope',
  'unsupported_token_type', //        RFC 7009
  'invalid_redirect_uri', //          RFC 7591
  'invalid_client_metadata',
  'invalid_software_statement',
  'unapproved_software_statement',
  'authorization_pending', //         RFC 8628
  'slow_down',
  'expired_token',
  'invalid_target', //                RFC 8707
  'invalid_request_uri', //           RFC 9101
  'invalid_request_object',
  'request_not_supported',
  'request_uri_not_supported',
  'invalid_authorization_details', // RFC 9396
  'invalid_dpop_proof', //            RFC 9449
  'use_dpop_nonce',
  'insufficient_user_authentication', // RFC 9470
])

/** What to look at first. */
const advices: Readonly<Record<string, string>> = {
  invalid_client: 'Check `client_id`, its credential and `client_authentication`',
  invalid_grant: 'Check `issuer`, `subject` and `audience`, and that the server knows the key',
  invalid_scope: 'Check `scope`',
  invalid_target: 'Check `audience` and `extra_parameters`',
  unauthorized_client: 'Allow this grant for the client at the server',
  unsupported_grant_type: 'Choose another authentication type: the server does not know this grant',
}

/** `undefined` where the body names no error; `unknown` where no RFC registers it. */
function toldError({ fields }: TokenResponse): string | undefined {
  const error = fields?.error
  if (error === undefined || error === null) return undefined
  return typeof error === 'string' && registered.has(error) ? error : 'unknown'
}

/** RFC 9110 §8.3.1: type and subtype, in token characters. */
const mediaType = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+$/
const maxTypeLength = 60
/** A credential shorter than this says nothing where it occurs by chance. */
const minSentLength = 8

function toldContentType(value: string | undefined, sent: readonly string[]): string | undefined {
  const type = (value?.split(';')[0] ?? '').trim().toLowerCase()
  // guard: told-content-types
  if (type.length > maxTypeLength || !mediaType.test(type)) return undefined
  const repeats = sent.some(
    (text) =>
      text.length >= minSentLength &&
      (type.includes(text.toLowerCase()) || text.toLowerCase().includes(type)),
  )
  return repeats ? undefined : type
}

/** In seconds (RFC 9110 §10.2.3), written by us: anything else is not passed on. */
function toldRetryAfter(value: string | undefined, nowMs: number): string | undefined {
  if (value === undefined) return undefined
  if (/^[0-9]{1,9}$/.test(value)) return String(Number(value))
  const date = parseHttpDate(value, nowMs)
  return date === undefined || date <= nowMs ? undefined : String(Math.ceil((date - nowMs) / 1000))
}
