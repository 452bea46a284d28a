/** One exchange with a token endpoint: oauth4webapi speaks OAuth, the guarded client sends. */
import { ProblemError } from '@sluice/connector-schema'
import * as oauth from 'oauth4webapi'
import type { Clock, Upstream } from '../ports/ports.ts'
import { clientAuthentication } from './client-authentication.ts'
import { brokenExchange, refusedExchange, tooLong } from './exchange-failure.ts'
import { shownResponse } from './shown-response.ts'
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
  const { assertion, clientAssertion } = await signAssertions(request, options.clock)
  const server = { issuer: request.url.origin, token_endpoint: request.url.href }
  const client = { client_id: request.clientId }
  const parameters = { ...request.parameters, ...(assertion !== undefined && { assertion }) }
  const { proof } = request
  const proofs = 'secret' in proof ? [proof.secret] : []
  const sent = [...proofs, clientAssertion ?? '', ...Object.values(parameters)]
  let response: TokenResponse | undefined
  try {
    const mended = await oauth.genericTokenEndpointRequest(
      server,
      client,
      clientAuthentication(proof, clientAssertion),
      request.grantType,
      parameters,
      {
        // Whether plain http is allowed is the guarded client's decision, as it is for APIs.
        [oauth.allowInsecureRequests]: true,
        [oauth.customFetch]: async (_url, init) => {
          response = await sendGuarded(request, init, options)
          request.disclose?.({ exchanged: shownResponse(response, sent) })
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

async function signAssertions({ sign, proof, disclose }: TokenRequest, clock: Clock) {
  const nowSeconds = Math.floor(clock.now() / 1000)
  const assertion = await sign?.(nowSeconds)
  const clientAssertion = proof.method === 'private_key_jwt' ? await proof.sign(nowSeconds) : undefined
  if (assertion !== undefined) disclose?.({ signed: 'assertion', ...assertion.shown })
  if (clientAssertion !== undefined) disclose?.({ signed: 'client_assertion', ...clientAssertion.shown })
  return { assertion: assertion?.jwt, clientAssertion: clientAssertion?.jwt }
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
