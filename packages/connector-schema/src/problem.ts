/**
 * Every failure that the proxy itself can answer with: one closed table (spec: "Problems", RFC 9457).
 * Anything that is not in this table cannot be sent to a widget.
 */

/** Who has to act for the call to succeed: the widget, the platform team's definition, the API, or the proxy. */
export type FaultDomain = 'caller' | 'connector' | 'upstream' | 'proxy'

/** Where in an exchange the failure arose. `admission` is everything before the pipeline starts. */
export type Stage =
  | 'admission'
  | 'merge'
  | 'resolve-variables'
  | 'inject-secrets'
  | 'authenticate'
  | 'transform-request'
  | 'look-up-cache'
  | 'send'
  | 'transform-response'

interface ProblemKind {
  readonly status: number
  readonly title: string
  /** The stage where this problem usually arises; a `ProblemError` may name another. */
  readonly stage: Stage
  readonly fault: FaultDomain
}

const kinds = {
  INVALID_REQUEST: {
    status: 400,
    title: 'The request is malformed',
    stage: 'admission',
    fault: 'caller',
  },
  OVERRIDE_NOT_PERMITTED: {
    status: 400,
    title: 'An override is not permitted',
    stage: 'merge',
    fault: 'caller',
  },
  INVALID_OVERRIDE: { status: 400, title: 'An override is invalid', stage: 'merge', fault: 'caller' },
  INVALID_PAYLOAD: {
    status: 400,
    title: 'The payload is invalid',
    stage: 'transform-request',
    fault: 'caller',
  },
  MISSING_PATH_PARAMETERS: {
    status: 400,
    title: 'Path parameters are missing',
    stage: 'merge',
    fault: 'caller',
  },
  INVALID_PATH_PARAMETERS: {
    status: 400,
    title: 'Path parameters are invalid',
    stage: 'merge',
    fault: 'caller',
  },
  AUTHENTICATION_REQUIRED: {
    status: 401,
    title: 'A session is required',
    stage: 'admission',
    fault: 'caller',
  },
  INVALID_SESSION: { status: 401, title: 'The session is not valid', stage: 'admission', fault: 'caller' },
  FORBIDDEN: {
    status: 403,
    title: 'The session may not call this connector',
    stage: 'admission',
    fault: 'caller',
  },
  CSRF_FAILED: {
    status: 403,
    title: 'The CSRF token is missing or wrong',
    stage: 'admission',
    fault: 'caller',
  },
  ORIGIN_NOT_ALLOWED: {
    status: 403,
    title: 'The origin is not allowed',
    stage: 'admission',
    fault: 'caller',
  },
  CONNECTOR_NOT_FOUND: {
    status: 404,
    title: 'There is no such connector',
    stage: 'admission',
    fault: 'caller',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    title: 'The connector has another method',
    stage: 'admission',
    fault: 'caller',
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    title: 'The payload is too large',
    stage: 'transform-request',
    fault: 'caller',
  },
  TEMPLATE_RENDERING_FAILED: {
    status: 422,
    title: 'A template could not be rendered',
    stage: 'resolve-variables',
    fault: 'connector',
  },
  SECRET_NOT_FOUND: {
    status: 422,
    title: 'A secret does not exist',
    stage: 'inject-secrets',
    fault: 'connector',
  },
  SECRET_NOT_ALLOWED_FOR_HOST: {
    status: 422,
    title: 'A secret may not go to this host',
    stage: 'inject-secrets',
    fault: 'connector',
  },
  SECRET_NOT_ALLOWED_FOR_PLACE: {
    status: 422,
    title: 'A secret may not be in this place',
    stage: 'inject-secrets',
    fault: 'connector',
  },
  JWT_SIGNING_FAILED: {
    status: 422,
    title: 'A JWT could not be signed',
    stage: 'authenticate',
    fault: 'connector',
  },
  VARIABLE_NOT_FOUND: {
    status: 422,
    title: 'A variable does not exist',
    stage: 'resolve-variables',
    fault: 'connector',
  },
  RATE_LIMITED: { status: 429, title: 'Too many calls', stage: 'admission', fault: 'caller' },
  CONNECTOR_MISCONFIGURED: {
    status: 500,
    title: 'The connector cannot be run',
    stage: 'admission',
    fault: 'connector',
  },
  INTERNAL_ERROR: { status: 500, title: 'The proxy failed', stage: 'admission', fault: 'proxy' },
  UPSTREAM_UNREACHABLE: {
    status: 502,
    title: 'The API could not be reached',
    stage: 'send',
    fault: 'upstream',
  },
  UPSTREAM_PROTOCOL_ERROR: {
    status: 502,
    title: 'The API broke the protocol',
    stage: 'send',
    fault: 'upstream',
  },
  UPSTREAM_RESPONSE_TOO_LARGE: {
    status: 502,
    title: 'The answer of the API is too large',
    stage: 'send',
    fault: 'upstream',
  },
  UPSTREAM_REDIRECT: {
    status: 502,
    title: 'The API redirected to a place that is not allowed',
    stage: 'send',
    fault: 'upstream',
  },
  TOKEN_EXCHANGE_FAILED: {
    status: 502,
    title: 'The token endpoint gave no token',
    stage: 'authenticate',
    fault: 'upstream',
  },
  SECRET_IN_RESPONSE: {
    status: 502,
    title: 'The response of the API holds a secret',
    stage: 'transform-response',
    fault: 'upstream',
  },
  DESTINATION_NOT_ALLOWED: {
    status: 502,
    title: 'The destination is not allowed',
    stage: 'send',
    fault: 'connector',
  },
  RESPONSE_TEMPLATE_FAILED: {
    status: 502,
    title: 'The response template failed',
    stage: 'transform-response',
    fault: 'connector',
  },
  OVERLOADED: { status: 503, title: 'The proxy is overloaded', stage: 'admission', fault: 'proxy' },
  SHUTTING_DOWN: { status: 503, title: 'The proxy is shutting down', stage: 'admission', fault: 'proxy' },
  UPSTREAM_TIMEOUT: {
    status: 504,
    title: 'The API did not answer in time',
    stage: 'send',
    fault: 'upstream',
  },
} as const satisfies Record<string, ProblemKind>

/** A problem code: the value of `code` and of the `X-Connector-Error` header. */
export type ProblemCode = keyof typeof kinds

/** Status, title, usual stage and fault domain of every problem code. */
export const problemKinds: Readonly<Record<ProblemCode, ProblemKind>> = kinds

/** Every problem code, in the order of their status. */
export const problemCodes = Object.keys(kinds) as readonly ProblemCode[]

/**
 * What a problem is about: the key or name alone, or, for `INVALID_OVERRIDE`, the key and the rule that its
 * value breaks (a constraint such as `enum`, or the place's own rule such as `header_value`).
 */
export type ProblemParam = string | { readonly key: string; readonly rule: string }

/** One mistake in a payload. */
export interface PayloadError {
  /** Where, as a JSON Pointer (RFC 6901). */
  readonly pointer: string
  readonly detail: string
}

/** The body of a problem answer, `application/problem+json` (RFC 9457). */
export interface ProblemDocument {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: ProblemCode
  readonly stage: Stage
  readonly params?: readonly ProblemParam[]
  /** Of `INVALID_PAYLOAD`. */
  readonly errors?: readonly PayloadError[]
  readonly upstream_status?: number
  readonly request_id: string
}

/** What a thrown problem carries beyond its code. */
export interface ProblemDetails {
  /**
   * One or two sentences for the developer, written by us: never a secret, a token, an internal address,
   * a stack or a library's own message.
   */
  readonly detail: string
  readonly stage?: Stage
  readonly params?: readonly ProblemParam[]
  readonly errors?: readonly PayloadError[]
  readonly upstreamStatus?: number
  /** Extra response headers, e.g. `Allow` or `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>
  /** The underlying error, for our own logs only; it never reaches a caller. */
  readonly cause?: unknown
}

/** The one way to refuse or fail an exchange: thrown anywhere, answered in one place. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly code: ProblemCode
  readonly stage: Stage
  readonly params: readonly ProblemParam[] | undefined
  readonly errors: readonly PayloadError[] | undefined
  readonly upstreamStatus: number | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(code: ProblemCode, details: ProblemDetails) {
    super(details.detail, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.stage = details.stage ?? problemKinds[code].stage
    this.params = details.params
    this.errors = details.errors
    this.upstreamStatus = details.upstreamStatus
    this.headers = details.headers ?? {}
  }

  get status(): number {
    return problemKinds[this.code].status
  }
}

/** Base of every problem's `type` URI. */
export const problemTypeBase = 'https://sluice.dev/problems/'

/** The wire form of a problem (RFC 9457 §3). */
export function toProblemDocument(problem: ProblemError, requestId: string): ProblemDocument {
  const kind = problemKinds[problem.code]
  return {
    type: problemTypeBase + problem.code.toLowerCase().replaceAll('_', '-'),
    title: kind.title,
    status: kind.status,
    detail: problem.message,
    code: problem.code,
    stage: problem.stage,
    ...(problem.params && { params: problem.params }),
    ...(problem.errors && { errors: problem.errors }),
    ...(problem.upstreamStatus !== undefined && { upstream_status: problem.upstreamStatus }),
    request_id: requestId,
  }
}
