/** One exchange with a token endpoint: oauth4webapi speaks OAuth, the guarded client sends. */
import { ProblemError } from '@sluice/connector-schema'
import * as oauth from 'oauth4webapi'
import { decodeUtf8, readWhole } from '../messages/payload.ts'
import type { Clock, Upstream } from '../ports/ports.ts'
import type { TokenRequest } from './token-request.ts'

/** A token as an endpoint gave it. */
export interface IssuedToken {
  readonly token: string
  readonly expiresInSeconds: number | undefined
}

export interface TokenEndpointOptions {
  readonly upstream: Upstream
  readonly clock: Clock
  /** For the whole exchange, answer included. */
  readonly timeoutMs: number
}

/** More than any token answer holds. */
const maxAnswerBytes = 64 * 1024
const maxTokenLength = 16 * 1024

/**
 * Exchanges a client's credentials, or its assertion, for a token.
 *
 * @throws ProblemError `TOKEN_EXCHANGE_FAILED` with the OAuth `error` code and nothing else of the answer;
 *   `DESTINATION_NOT_ALLOWED`, `SHUTTING_DOWN`, `JWT_SIGNING_FAILED`
 */
export async function exchangeToken(
  request: TokenRequest,
  options: TokenEndpointOptions,
): Promise<IssuedToken> {
  const assertion = await request.sign?.(Math.floor(options.clock.now() / 1000))
  try {
    const server = { issuer: request.url.origin, token_endpoint: request.url.href }
    const client = { client_id: request.clientId }
    const answer = await oauth.genericTokenEndpointRequest(
      server,
      client,
      clientAuthentication(request),
      request.grantType,
      { ...request.parameters, ...(assertion !== undefined && { assertion }) },
      {
        // Whether plain http is allowed is the guarded client's decision, as it is for APIs.
        [oauth.allowInsecureRequests]: true,
        [oauth.customFetch]: (_url, init) => sendGuarded(request, init, options),
      },
    )
    const result = await oauth.processGenericTokenEndpointResponse(server, client, answer)
    return checked(result)
  } catch (error) {
    throw asProblem(error, request)
  }
}

function clientAuthentication({
  clientSecret,
  clientAuthentication: method,
}: TokenRequest): oauth.ClientAuth {
  if (clientSecret === undefined) return oauth.None()
  if (method === 'client_secret_post') return oauth.ClientSecretPost(clientSecret)
  if (method === 'client_secret_basic') return oauth.ClientSecretBasic(clientSecret)
  return (...[, client, , headers]) => {
    const pair = Buffer.from(`${client.client_id}:${clientSecret}`, 'utf8').toString('base64')
    headers.set('authorization', `Basic ${pair}`)
  }
}

type Init = oauth.CustomFetchOptions<'POST', URLSearchParams>

/** No redirect is followed: the guarded client follows none. */
async function sendGuarded(
  request: TokenRequest,
  init: Init,
  options: TokenEndpointOptions,
): Promise<Response> {
  const { timeoutMs, upstream } = options
  const answer = await upstream.send({
    tenantId: request.tenantId,
    method: 'POST',
    url: request.url,
    headers: Object.entries(init.headers),
    body: Buffer.from(init.body.toString()),
    timeoutMs,
    signal: AbortSignal.timeout(timeoutMs),
  })
  const bytes = await readWhole(answer.body, maxAnswerBytes, () => failed('gave an answer that is too long'))
  const type = answer.headers.find(([name]) => name === 'content-type')?.[1] ?? ''
  // A challenge (RFC 9110 §11.6.1) would hide the error that the body names.
  return new Response(withoutIdToken(decodeUtf8(bytes) ?? ''), {
    status: answer.status,
    headers: { 'content-type': type },
  })
}

/** What else an answer may hold concerns nobody here, and is not to be verified or kept. */
function withoutIdToken(text: string): string {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return text
  }
  if (typeof body !== 'object' || body === null) return text
  const { id_token: _, refresh_token: __, scope: ___, ...rest } = body as Record<string, unknown>
  return JSON.stringify(rest)
}

function checked({ access_token: token, expires_in: expiresIn }: oauth.TokenEndpointResponse): IssuedToken {
  // RFC 6750 §2.1; whatever else could end the header or begin another.
  if (!/^[\x21-\x7e]+$/.test(token) || token.length > maxTokenLength) {
    throw failed('gave a token that cannot be sent in a header')
  }
  return { token, expiresInSeconds: expiresIn }
}

function asProblem(error: unknown, request: TokenRequest): ProblemError {
  if (error instanceof ProblemError) {
    const { code } = error
    if (code === 'TOKEN_EXCHANGE_FAILED' || code === 'SHUTTING_DOWN') return error
    if (code !== 'DESTINATION_NOT_ALLOWED') return failed('did not answer in time or in order', error)
    const detail = `authentication.config.token_url: ${error.message}`
    return new ProblemError('DESTINATION_NOT_ALLOWED', { detail, stage: 'authenticate' })
  }
  if (error instanceof oauth.ResponseBodyError) {
    const code = oauthCode(error.error, request)
    if (code === undefined) return failed(`refused, with status ${error.status}`)
    const detail = `The token endpoint refused: ${code}`
    return new ProblemError('TOKEN_EXCHANGE_FAILED', { detail, params: [code] })
  }
  // Messages and causes of the library quote the answer, which may hold a token.
  return failed(error instanceof DOMException ? 'did not answer in time' : 'gave no valid token answer')
}

/** RFC 6749 §5.2. A server that puts what we sent into its error code is not passed on. */
function oauthCode(code: string, { clientSecret = '', parameters }: TokenRequest): string | undefined {
  if (!/^[a-z][a-z0-9_.-]{0,63}$/i.test(code)) return undefined
  const sent = [clientSecret, ...Object.values(parameters)].filter((text) => text.length >= 8)
  return sent.some((text) => text.includes(code) || code.includes(text)) ? undefined : code
}

function failed(what: string, cause?: unknown): ProblemError {
  const detail = `The token endpoint ${what}`
  return new ProblemError('TOKEN_EXCHANGE_FAILED', { detail, ...(cause !== undefined && { cause }) })
}
