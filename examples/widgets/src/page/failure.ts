import { type ErrorParam, isConnectorError } from '@sluice/connector-sdk'

/** What a widget shows of an error. */
export interface Failure {
  /** `refused`: the call is not permitted. `failed`: it was, and something went wrong. */
  readonly state: 'refused' | 'failed'
  /** Whose answer it is. */
  readonly source: 'sdk' | 'proxy' | 'api' | 'network' | 'widget'
  readonly code: string
  readonly text: string
  readonly requestId: string | undefined
}

/** Every error that a call can end with, told apart. */
export function describeFailure(error: unknown): Failure {
  if (!isConnectorError(error)) {
    return {
      state: 'failed',
      source: 'widget',
      code: 'WIDGET_ERROR',
      text: String(error),
      requestId: undefined,
    }
  }
  const { code, requestId } = error
  switch (error.name) {
    case 'ConnectorBoundaryError':
      return { state: 'refused', source: 'sdk', code, text: error.message, requestId }
    case 'ConnectorProblem': {
      const state = error.status < 500 ? 'refused' : 'failed'
      return {
        state,
        source: 'proxy',
        code,
        text: naming(error.detail ?? error.message, error.params),
        requestId,
      }
    }
    case 'ConnectorUpstreamError': {
      const text = apiMessage(error.body) ?? error.message
      return { state: 'failed', source: 'api', code: `HTTP ${error.status}`, text, requestId }
    }
    case 'ConnectorTimeoutError':
    case 'ConnectorNetworkError':
      return { state: 'failed', source: 'network', code, text: error.message, requestId }
  }
}

/** A problem's text, and the keys that it is about. */
function naming(text: string, params: readonly ErrorParam[]): string {
  const keys = params.map((param) => (typeof param === 'string' ? param : `${param.key} (${param.rule})`))
  return keys.length === 0 ? text : `${text}: ${keys.join(', ')}`
}

/** Acme puts what went wrong into `error.message`, and what is wrong with single fields into `error.fields`. */
function apiMessage(body: unknown): string | undefined {
  const error = (body as { error?: { message?: unknown; fields?: unknown } } | null | undefined)?.error
  if (typeof error?.message !== 'string') return undefined
  const fields = typeof error.fields === 'object' && error.fields !== null ? Object.entries(error.fields) : []
  return [error.message, ...fields.map(([name, rule]) => `${name} ${rule}.`)].join(' ')
}
