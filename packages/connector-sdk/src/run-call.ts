import type { WirePairs } from '@sluice/connector-schema/wire'
import type { CheckedCall } from './boundary.ts'
import type { Csrf } from './csrf.ts'
import { ConnectorNetworkError, ConnectorTimeoutError, isConnectorError, type Origin } from './errors.ts'
import { csrfHeader, errorHeader, headerParamsHeader, pathParamsHeader } from './header-names.ts'
import { readAnswer, toFailure } from './parse-answer.ts'
import { type Reply, send } from './send.ts'
import { askToken } from './session.ts'
import type { Share } from './share.ts'
import type { SessionSource } from './types.ts'

/** What every call of a client shares. */
export interface Client {
  /** Ends with a slash. */
  readonly baseUrl: string
  readonly session?: SessionSource | 'cookie'
  readonly headers?: Headers
  /** Loaded with the first call of a cookie session. */
  readonly loadCsrf: () => Promise<Csrf>
  readonly share: Share
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
  const over = new AbortController()
  let origin: Origin = { permalink }
  const work = async () => {
    const answered = { permalink, ...(await exchange(call, client, { signal, over: over.signal })) }
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
      throw new ConnectorTimeoutError('', origin, { code: 'TIMEOUT' })
    }
    if (isConnectorError(cause)) throw cause
    throw new ConnectorNetworkError('', origin, { code: 'NETWORK_ERROR', cause })
  } finally {
    over.abort()
  }
}

/** Sends the call; once more with a fresh token where the proxy did not accept the session. */
async function exchange(
  call: CheckedCall,
  client: Client,
  { signal, over }: { readonly signal: AbortSignal; readonly over: AbortSignal },
): Promise<Reply> {
  const { permalink, method, payload, retry, timeout } = call
  const { session } = client
  const isCookie = session === 'cookie'
  const search = encoded(call.query)
  const url = `${client.baseUrl}connectors/${permalink}/execute${search && `?${search}`}`
  let token: string | undefined
  const attempt = async () => {
    token = isCookie
      ? await (await client.loadCsrf())(permalink, token)
      : session && (await askToken(session, permalink))
    const headers = new Headers(client.headers)
    const set = (name: string, value: string | undefined) => value && headers.set(name, value)
    set(pathParamsHeader, encoded(call.path))
    set(headerParamsHeader, encoded(call.headers))
    set('content-type', payload?.type)
    set(isCookie ? csrfHeader : 'authorization', isCookie ? token : token && `Bearer ${token}`)
    const start = (ended: AbortSignal) =>
      send(
        url,
        {
          method,
          headers,
          body: payload?.body ?? null,
          signal: ended,
          // A cookie beside a bearer token would be refused (spec: "The wire").
          credentials: isCookie ? 'include' : 'omit',
        },
        // A stream is gone once it was sent.
        { limit: payload?.isOnce ? 0 : retry, timeout },
      )
    // What is handed over unread ends with the signal of its own call.
    if (method !== 'GET' || /^[sr]/.test(`${call.as}`)) return start(signal)
    return client.share(JSON.stringify([url, ...headers]), over, start)
  }
  const reply = await attempt()
  const { status, headers } = reply.response
  const code = headers.get(errorHeader)
  const isRefused = isCookie ? code === 'CSRF_FAILED' : code && status === 401
  return isRefused && session && !payload?.isOnce ? attempt() : reply
}

/** As `application/x-www-form-urlencoded`, UTF-8, lone surrogates replaced. */
function encoded(pairs: WirePairs): string {
  return `${new URLSearchParams(pairs as unknown as string[][])}`
}
