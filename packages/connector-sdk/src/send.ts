import ky, { isHTTPError, isKyError } from 'ky'

/** An answer; where it is no 2xx its body is read already. */
export interface Reply {
  readonly response: Response
  /** Parsed JSON or text; `undefined` where there is none or it could not be read. */
  readonly failureBody?: unknown
}

/**
 * Sends a request and gives the answer, whatever its status. The only place that knows ky.
 *
 * @param init - whose signal alone ends the request
 * @throws whatever `fetch` rejects with
 */
export async function send(url: string, init: RequestInit): Promise<Reply> {
  try {
    // The session is the bearer token alone; a cookie beside it would be refused (spec: "The wire").
    return { response: await ky(url, { ...init, credentials: 'omit', retry: 0, timeout: false }) }
  } catch (error) {
    if (isHTTPError(error)) return { response: error.response, failureBody: error.data }
    // ky's errors carry the request, and so the token; what `fetch` said is enough.
    throw isKyError(error) ? error.cause : error
  }
}
