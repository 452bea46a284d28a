import type { MaskedJson } from '../compile/authentication/json-templates.ts'
import type { MaskedText } from '../secrecy/masked-text.ts'
import type { ClientAuthentication, TokenRequest } from '../tokens/token-request.ts'
import type { PaidCredential } from './deferred-credential.ts'

/** A rendered config of one of the types that exchange something for a token. */
export interface TokenConfig {
  readonly type: string
  readonly tenantId: string
  readonly url: string
  readonly clientId: MaskedText
  readonly clientSecret: MaskedText | undefined
  readonly clientAuthentication: ClientAuthentication
  readonly grantType: string
  readonly scope: MaskedText | undefined
  readonly audience?: MaskedText | undefined
  readonly extra: MaskedJson
  readonly lifeMs: (expiresInSeconds: number | undefined) => number
  readonly assertion?: SignedAssertion
}

/** An assertion that is signed for each exchange. */
export interface SignedAssertion {
  /** What the assertion says, without its times. */
  readonly identity: { readonly real: object; readonly masked: object; readonly literal: object }
  sign(nowSeconds: number): Promise<string>
}

/** The credential of a rendered config: its token is asked for when a request is sent. */
export function tokenCredential(config: TokenConfig): PaidCredential {
  const request = tokenRequest(config)
  return {
    kind: 'paid',
    masked: JSON.stringify(describe(config, 'masked')),
    pay: async ({ tokens, signal }) => {
      const { token, isCached } = await tokens.get(request, signal)
      if (!isCached) return { token, wasExchanged: true }
      return {
        token,
        ifRefused: {
          renew: () => tokens.renew(request, token, signal),
          drop: () => tokens.drop(request, token),
        },
      }
    },
  }
}

function tokenRequest(config: TokenConfig): TokenRequest {
  const { scope, audience, extra, assertion, clientSecret } = config
  return {
    tenantId: config.tenantId,
    // The whole rendered config: another scope, user, claim or secret never meets an old token.
    identity: JSON.stringify(describe(config, 'real')),
    url: new URL(config.url),
    clientId: config.clientId.real,
    clientSecret: clientSecret?.real,
    clientAuthentication: config.clientAuthentication,
    grantType: config.grantType,
    parameters: {
      ...(scope && { scope: scope.real }),
      ...(audience && { audience: audience.real }),
      ...(extra.real as Readonly<Record<string, string>>),
    },
    sign: assertion && ((nowSeconds) => assertion.sign(nowSeconds)),
    lifeMs: config.lifeMs,
  }
}

function describe(config: TokenConfig, side: 'real' | 'masked'): object {
  const { type, url, clientAuthentication, clientId, clientSecret, scope, audience, extra, assertion } =
    config
  return {
    type,
    token_url: url,
    client_authentication: clientAuthentication,
    client_id: clientId[side],
    client_secret: clientSecret?.[side],
    scope: scope?.[side],
    audience: audience?.[side],
    extra_parameters: extra[side],
    ...assertion?.identity.literal,
    ...assertion?.identity[side],
  }
}
