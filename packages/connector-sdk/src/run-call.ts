import { encodePairs, executePath } from '@sluice/connector-schema/wire'
import type { CheckedCall } from './boundary.ts'
import { ConnectorNetworkError, ConnectorTimeoutError, isConnectorError, type Origin } from './errors.ts'
import { errorHeader, headerParamsHeader, pathParamsHeader } from './header-names.ts'
import { readAnswer, toFailure } from './parse-answer.ts'
import { type Reply, send } from './send.ts'
import { askToken } from './session.ts'
import type { SessionSource } from './types.ts'

/** What every call of a client shares. */
export interface Client {
  /** Ends with a slash. */
  readonly baseUrl: string
  readonly session?: SessionSource
  readonly headers?: Headers
}

/**
 * Sends a checked call and reads its answer.
 *
 * @throws ConnectorError, or the reason of the call's own signal
 */
export async function runCall(call: CheckedCall, client: Client): Promise<unknown> {
  const { permalink, timeout } = call
  const clock = AbortSignal.timeout(timeout)
  const signal = AbortSignal.any([clock].concat(call.signal ?? []))
  let origin: Origin = { permalink }
  const work = async () => {
    const answered = { permalink, ...(await exchange(call, client, signal)) }
    origin = answered
    if (!answered.response.ok) throw toFailure(answered)
    return readAnswer(answered, call.as)
  }
  try {
    signal.throwIfAborted()
    // The race ends what does not know the signal: a session that never comes. The reason is read below.
    const aborted = new Promise<never>((_, reject) => {
      signal.onabort = reject
    })
    return await Promise.race([aborted, work()])
  } catch (cause) {
    if (signal.aborted) {
      if (signal.reason !== clock.reason) throw signal.reason
      throw new ConnectorTimeoutError(`after ${timeout} ms`, origin, { code: 'TIMEOUT' })
    }
    if (isConnectorError(cause)) throw cause
    throw new ConnectorNetworkError('no answer', origin, { code: 'NETWORK_ERROR', cause })
  }
}

/** Sends the call; once more with a fresh token where the proxy did not accept the session. */
async function exchange(call: CheckedCall, client: Client, signal: AbortSignal): Promise<Reply> {
  const { permalink, method, payload } = call
  const { session } = client
  const search = encodePairs(call.query)
  const url = client.baseUrl + executePath(permalink) + (search && `?${search}`)
  const attempt = async () => {
    const headers = new Headers(client.headers)
    const set = (name: string, value: string | undefined) => value && headers.set(name, value)
    set(pathParamsHeader, encodePairs(call.path))
    set(headerParamsHeader, encodePairs(call.headers))
    set('content-type', payload?.type)
    set('authorization', session && `Bearer ${await askToken(session, permalink)}`)
    return send(url, { method, headers, body: payload?.body ?? null, signal })
  }
  const reply = await attempt()
  const { status, headers } = reply.response
  const isRefused = status === 401 && headers.has(errorHeader)
  return isRefused && session && !payload?.isOnce ? attempt() : reply
}
