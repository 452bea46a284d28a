/** One exchange with a token endpoint: oauth4webapi speaks OAuth, the guarded client sends. */
import { ProblemError } from '@sluice/connector-schema'
import * as oauth from 'oauth4webapi'
import type { Clock, Upstream } from '../ports/ports.ts'
import { brokenExchange, refusedExchange, tooLong } from './exchange-failure.ts'
import type { TokenRequest } from './token-request.ts'
import { bearsToken, mendedResponse, readTokenResponse, type TokenResponse } from './token-response.ts'

/** A token as an endpoint gave it. */
export interface IssuedToken {
  readonly token: string
  readonly expiresInSeconds: number | undefined
}

export interface TokenEndpointOptions {
  readonly upstream: Upstream
  readonly clock: Clock
  /** For the whole exchange, response included. */
  readonly timeoutMs: number
}

/**
 * Exchanges a client's credentials, or its assertion, for a token.
 *
 * @throws ProblemError `TOKEN_EXCHANGE_FAILED` with what may be told of it (`exchange-failure.ts`);
 *   `DESTINATION_NOT_ALLOWED`, `SHUTTING_DOWN`, `JWT_SIGNING_FAILED`
 */
export async function exchangeToken(
  request: TokenRequest,
  options: TokenEndpointOptions,
): Promise<IssuedToken> {
  const assertion = await request.sign?.(Math.floor(options.clock.now() / 1000))
  const server = { issuer: request.url.origin, token_endpoint: request.url.href }
  const client = { client_id: request.clientId }
  const parameters = { ...request.parameters, ...(assertion !== undefined && { assertion }) }
  const sent = [request.clientSecret ?? '', ...Object.values(parameters)]
  let response: TokenResponse | undefined
  try {
    const mended = await oauth.genericTokenEndpointRequest(
      server,
      client,
      clientAuthentication(request),
      request.grantType,
      parameters,
      {
        // Whether plain http is allowed is the guarded client's decision, as it is for APIs.
        [oauth.allowInsecureRequests]: true,
        [oauth.customFetch]: async (_url, init) => {
          response = await sendGuarded(request, init, options)
          if (!bearsToken(response)) throw refusedExchange({ response, sent, nowMs: options.clock.now() })
          return mendedResponse(response)
        },
      },
    )
    const result = await oauth.processGenericTokenEndpointResponse(server, client, mended)
    return { token: result.access_token, expiresInSeconds: result.expires_in }
  } catch (error) {
    if (response === undefined || error instanceof ProblemError) throw brokenExchange(error)
    // The library's message quotes the response.
    throw refusedExchange({ response, sent, nowMs: options.clock.now() })
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
  { timeoutMs, upstream }: TokenEndpointOptions,
): Promise<TokenResponse> {
  const response = await upstream.send({
    tenantId: request.tenantId,
    method: 'POST',
    url: request.url,
    headers: Object.entries(init.headers),
    body: Buffer.from(init.body.toString()),
    timeoutMs,
    signal: AbortSignal.timeout(timeoutMs),
  })
  return readTokenResponse(response, tooLong)
}
