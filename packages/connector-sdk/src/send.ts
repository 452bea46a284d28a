import ky, { isHTTPError, isKyError, type RetryOptions } from 'ky'

/** An answer; where it is no 2xx its body is read already. */
export interface Reply {
  readonly response: Response
  /** Parsed JSON or text; `undefined` where there is none or it could not be read. */
  readonly failureBody?: unknown
}

/** When a request may be sent again. */
export interface Retries {
  /** How many times. */
  readonly limit: number
  /** Milliseconds; more seconds of `Retry-After` end the call instead. */
  readonly timeout: number
}

// RFC 9110 §9.2.2: ky sends no other methods than idempotent ones again.
const statusCodes = [429, 502, 503, 504]

/**
 * Sends a request and gives the answer, whatever its status. The only place that knows ky.
 *
 * @param init - whose signal alone ends the request
 * @throws whatever `fetch` rejects with
 */
export async function send(url: string, init: RequestInit, { limit, timeout }: Retries): Promise<Reply> {
  const retry: RetryOptions = {
    limit,
    statusCodes,
    afterStatusCodes: statusCodes,
    jitter: true,
    // `undefined` leaves it to the statuses above.
    shouldRetry: ({ error }) =>
      isHTTPError(error) &&
      !(Number(error.response.headers.get('retry-after')) * 1000 > timeout) &&
      undefined,
  }
  try {
    return { response: await ky(url, { ...init, retry, timeout: false }) }
  } catch (error) {
    if (isHTTPError(error)) return { response: error.response, failureBody: error.data }
    // ky's errors carry the request, and so the token; what `fetch` said is enough.
    throw isKyError(error) ? error.cause : error
  }
}
