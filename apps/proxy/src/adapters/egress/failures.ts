/** One place where every failure of a request to an API becomes a problem. */
import { type ProblemCode, ProblemError } from '@sluice/connector-schema'
import { errors } from 'undici'

/** How far an exchange with an API had come when it failed. */
type Phase = 'before-headers' | 'in-body'

const brokenProtocol = new Set([
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'ERR_ASSERTION', // undici asserts what its parser lets through, such as a status below 100
])

// undici tells these from a closed connection by their message alone.
const brokenProtocolMessages = new Set(['bad response', 'bad upgrade'])

/** The problem that an error of undici, a socket, TLS or DNS amounts to. A `ProblemError` stays what it is. */
export function toProblem(error: unknown, phase: Phase): ProblemError {
  if (error instanceof ProblemError) return error
  const code = codeOf(error)
  switch (code) {
    case 'UND_ERR_INVALID_ARG':
    case 'UND_ERR_NOT_SUPPORTED':
      return problem(
        'CONNECTOR_MISCONFIGURED',
        'The request has a header or path that HTTP cannot carry.',
        error,
      )
    case 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH':
      return problem('INVALID_REQUEST', 'The payload does not have the length that was announced.', error)
  }
  if (breaksProtocol(error, code)) return phase === 'in-body' ? truncated(error) : malformed(error)
  // The connection was closed in good order, but too early.
  if (code === 'UND_ERR_SOCKET' && phase === 'in-body') return truncated(error)
  const detail =
    phase === 'in-body' ? 'The connection to the API broke amid its answer.' : unreachableDetail(code)
  return problem('UPSTREAM_UNREACHABLE', detail, error)
}

function breaksProtocol(error: unknown, code: string): boolean {
  if (error instanceof errors.HTTPParserError || brokenProtocol.has(code)) return true
  return error instanceof errors.SocketError && brokenProtocolMessages.has(error.message)
}

/** The answer is not HTTP as we accept it. */
export function malformed(cause?: unknown): ProblemError {
  return problem('UPSTREAM_PROTOCOL_ERROR', 'The API sent an answer that is not valid HTTP.', cause)
}

/** Nothing came for longer than a body may pause. */
export function stoppedSending(): ProblemError {
  return new ProblemError('UPSTREAM_TIMEOUT', { detail: 'The API stopped sending amid its response.' })
}

function truncated(cause: unknown): ProblemError {
  return problem('UPSTREAM_PROTOCOL_ERROR', 'The body of the answer is cut short or badly framed.', cause)
}

function unreachableDetail(code: string): string {
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return 'The API could not be connected to in time.'
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) return 'The name of the API could not be resolved.'
  if (code === 'ECONNREFUSED') return 'The API refused the connection.'
  if (/CERT|SSL|TLS|EPROTO|UNABLE_TO|SELF_SIGNED/.test(code))
    return 'No secure connection to the API could be made.'
  return 'The connection to the API failed before an answer came.'
}

function problem(code: ProblemCode, detail: string, cause: unknown): ProblemError {
  return new ProblemError(code, { detail, cause })
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return ''
  return typeof error.code === 'string' ? error.code : ''
}
