import { ConnectorProblem, ConnectorUpstreamError, type ErrorParam } from './errors.ts'
import { errorHeader } from './header-names.ts'
import type { Reply } from './send.ts'
import type { ResponseAs } from './types.ts'

/** The answer to a call. */
export interface Answered extends Reply {
  readonly permalink: string
}

/**
 * Reads a 2xx answer in the form asked for.
 *
 * @throws ConnectorUpstreamError `INVALID_JSON`; whatever `fetch` rejects with while the body is read
 */
export async function readAnswer(answered: Answered, as: ResponseAs | undefined): Promise<unknown> {
  const { response } = answered
  if (as === 'response') return response
  if (as === 'stream') return response.body
  if (as && as !== 'json') return response[as]()
  const body = await response.text()
  if (!body) return undefined
  // `application/json` and every `+json` (RFC 6839 §3.1).
  if (!as && !/^[^;]*[/+]json *(;|$)/i.test(`${response.headers.get('content-type')}`)) return body
  try {
    return JSON.parse(body)
  } catch {
    // Not the parser's own message: it quotes its input.
    throw new ConnectorUpstreamError('', answered, {
      code: 'INVALID_JSON',
      status: response.status,
      body,
    })
  }
}

/** The error that an answer other than 2xx is: the proxy's own where it says so, else the API's. */
export function toFailure(answered: Answered): ConnectorProblem | ConnectorUpstreamError {
  const { status, headers } = answered.response
  const body = answered.failureBody
  const code = headers.get(errorHeader)
  if (!code) {
    return new ConnectorUpstreamError(`${status}`, answered, {
      code: 'UPSTREAM_ERROR',
      status,
      body,
    })
  }
  // The proxy wrote it (spec: "Problems"); there is none after HEAD.
  const { detail, stage, params = [] } = { ...(body as Partial<Problem>) }
  return new ConnectorProblem(detail ?? '', answered, { code, status, stage, params, detail })
}

interface Problem {
  readonly detail: string
  readonly stage: string
  readonly params: readonly ErrorParam[]
}
