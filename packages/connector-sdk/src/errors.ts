import { requestIdHeader } from './header-names.ts'

/**
 * Every error that a call rejects with. `name` tells them apart, also between two bundles on one page, where
 * `instanceof` fails: `if (isConnectorError(e) && e.name === 'ConnectorProblem') …`.
 */

// A registered symbol is the same one in every realm and in every copy of the SDK.
const brand: unique symbol = Symbol.for('sluice.connector-error')

/** A key that an error is about, or the key and the rule that its value breaks. */
export type ErrorParam = string | { readonly key: string; readonly rule: string }

/** Why a call was refused before anything was sent. */
export type BoundaryCode =
  | 'UNKNOWN_CONNECTOR'
  | 'UNKNOWN_OPTION'
  | 'INVALID_OPTION'
  | 'OVERRIDE_NOT_PERMITTED'
  | 'INVALID_OVERRIDE'
  | 'MISSING_PATH_PARAMETERS'
  | 'PAYLOAD_NOT_PERMITTED'
  | 'SESSION_FAILED'

/** Which call an error is about, and what came of it. */
export interface Origin {
  readonly permalink: string | undefined
  readonly response?: Response | undefined
}

// Fields are declared, and assigned in one place: what every class repeats, every page loads.
class BaseError<Facts extends { readonly code: string }> extends Error {
  /** Stable; switch on this and on `name`, never on the message. */
  declare readonly code: Facts['code']
  /** The connector that was called; `undefined` only where a client could not be created. */
  declare readonly permalink: string | undefined
  /** The proxy's id of the call, for its logs; `undefined` where no answer came. */
  declare readonly requestId: string | undefined

  constructor(what: string, { permalink, response }: Origin, facts: Facts & { readonly cause?: unknown }) {
    super(`${permalink ?? 'client'}: ${facts.code} ${what}`)
    const requestId = response?.headers.get(requestIdHeader) ?? undefined
    Object.assign(this, { permalink, requestId, [brand]: true }, facts)
  }
}

/**
 * The call is not one that the connector permits, or no session could be had for it. Nothing was sent
 * (`SESSION_FAILED` may also follow an answer 401).
 */
export class ConnectorBoundaryError extends BaseError<{
  readonly code: BoundaryCode
  readonly params: readonly ErrorParam[]
}> {
  override readonly name = 'ConnectorBoundaryError'
  declare readonly params: readonly ErrorParam[]
}

/** The proxy refused or failed the call: an answer with `X-Connector-Error`. `code` is the problem's code. */
export class ConnectorProblem extends BaseError<{
  readonly code: string
  readonly status: number
  readonly stage: string | undefined
  readonly params: readonly ErrorParam[]
  readonly detail: string | undefined
}> {
  override readonly name = 'ConnectorProblem'
  declare readonly status: number
  /** The step of the exchange that failed; `undefined` where the answer had no body (HEAD). */
  declare readonly stage: string | undefined
  declare readonly params: readonly ErrorParam[]
  declare readonly detail: string | undefined
}

/**
 * The API's own answer is a failure: any status but 2xx (`UPSTREAM_ERROR`), or a 2xx answer that was to be
 * JSON and does not parse (`INVALID_JSON`).
 */
export class ConnectorUpstreamError extends BaseError<{
  readonly code: 'UPSTREAM_ERROR' | 'INVALID_JSON'
  readonly status: number
  readonly body: unknown
}> {
  override readonly name = 'ConnectorUpstreamError'
  declare readonly status: number
  /** Parsed where the answer is JSON, else its text; `undefined` where it is empty or could not be read. */
  declare readonly body: unknown
}

/** The call's `timeout` passed before the answer was read. */
export class ConnectorTimeoutError extends BaseError<{ readonly code: 'TIMEOUT' }> {
  override readonly name = 'ConnectorTimeoutError'
}

/** The proxy could not be reached, the browser blocked the call, or the answer broke off. */
export class ConnectorNetworkError extends BaseError<{ readonly code: 'NETWORK_ERROR' }> {
  override readonly name = 'ConnectorNetworkError'
}

/** Everything that a call rejects with, save the reason of the caller's own `signal`. */
export type ConnectorError =
  | ConnectorBoundaryError
  | ConnectorProblem
  | ConnectorUpstreamError
  | ConnectorTimeoutError
  | ConnectorNetworkError

/** Whether a caught value is an error of this SDK, whichever copy of it threw. */
export function isConnectorError(value: unknown): value is ConnectorError {
  return (value as { [brand]?: unknown } | null | undefined)?.[brand] === true
}
