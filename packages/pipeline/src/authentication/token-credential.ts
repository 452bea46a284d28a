import type { ClientAuthenticationMethod } from '@sluice/connector-schema'
import type { MaskedJson } from '../compile/authentication/json-templates.ts'
import type { MaskedText } from '../secrecy/masked-text.ts'
import type { SignAssertion, TokenRequest } from '../tokens/token-request.ts'
import type { Client } from './client.ts'
import type { PaidCredential } from './deferred-credential.ts'

/** A rendered config of one of the types that exchange something for a token. */
export interface TokenConfig {
  readonly type: string
  readonly tenantId: string
  readonly url: string
  readonly client: Client
  readonly method: ClientAuthenticationMethod
  readonly grantType: string
  readonly scope: MaskedText | undefined
  readonly audience?: MaskedText | undefined
  readonly extra: MaskedJson
  readonly lifeMs: (expiresInSeconds: number | undefined) => number
  readonly assertion?: {
    /** What the assertion says, without its times, on one side of the mask. */
    describe(side: 'real' | 'masked'): object
    readonly sign: SignAssertion
  }
}

/** The credential of a rendered config: its token is asked for when a request is sent. */
export function tokenCredential(config: TokenConfig): PaidCredential {
  const undisclosed = tokenRequest(config)
  return {
    kind: 'paid',
    masked: JSON.stringify(describe(config, 'masked')),
    pay: async ({ tokens, signal, disclose }) => {
      const request = disclose === undefined ? undisclosed : { ...undisclosed, disclose }
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
  const { scope, audience, extra, assertion, client } = config
  return {
    tenantId: config.tenantId,
    // The whole rendered config: another scope, user, claim or secret never meets an old token.
    identity: JSON.stringify(describe(config, 'real')),
    url: new URL(config.url),
    clientId: client.id.real,
    proof: client.proof,
    grantType: config.grantType,
    parameters: {
      ...(scope && { scope: scope.real }),
      ...(audience && { audience: audience.real }),
      ...(extra.real as Readonly<Record<string, string>>),
    },
    sign: assertion?.sign,
    lifeMs: config.lifeMs,
  }
}

function describe(config: TokenConfig, side: 'real' | 'masked'): object {
  const { type, url, method, client, scope, audience, extra, assertion } = config
  return {
    type,
    token_url: url,
    client_authentication: method,
    ...client.describe(side),
    scope: scope?.[side],
    audience: audience?.[side],
    extra_parameters: extra[side],
    ...assertion?.describe(side),
  }
}
