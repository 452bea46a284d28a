import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { exportJWK, generateKeyPair } from 'jose'
import { Provider } from 'oidc-provider'
import { type AcmeClient, clientMetadata } from './clients.ts'
import { addJwtBearer } from './jwt-bearer.ts'
import { readRawBasic } from './read-raw-basic.ts'
import { createRecords } from './records.ts'
import { resourceServer } from './tokens.ts'

export interface StartAcmeIdOptions {
  /** 0: any free port. */
  readonly port: number
  readonly clients: readonly AcmeClient[]
  /** The API that tokens are for. */
  readonly audience: string
  readonly tokenLifeSeconds?: number
}

/** The authorization server of Acme. */
export interface AcmeId {
  /** Its origin, which is its name in tokens too. */
  readonly issuer: string
  readonly tokenUrl: string
  /** For clients that do not form-encode their Basic credentials. */
  readonly rawTokenUrl: string
  readonly jwksUrl: string
  /** How often a token was asked for. */
  readonly exchanges: () => number
  close(): Promise<void>
}

/** Starts the server over plain http on loopback, with a signing key of its own. */
export async function startAcmeId(options: StartAcmeIdOptions): Promise<AcmeId> {
  const { tokenLifeSeconds: lifeSeconds = 3600, audience } = options
  const server = createServer().listen(options.port, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${portOf(server)}`
  const provider = await createProvider(issuer, options.clients, { lifeSeconds, audience })
  const answer = provider.callback()
  let exchanges = 0
  server.on('request', (incoming, outgoing) => {
    readRawBasic(incoming)
    if (incoming.method === 'POST' && incoming.url === '/token') exchanges++
    void answer(incoming, outgoing)
  })
  return {
    issuer,
    tokenUrl: `${issuer}/token`,
    rawTokenUrl: `${issuer}/raw/token`,
    jwksUrl: `${issuer}/jwks`,
    exchanges: () => exchanges,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function createProvider(
  issuer: string,
  clients: readonly AcmeClient[],
  tokens: { readonly audience: string; readonly lifeSeconds: number },
): Promise<Provider> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const signingKey = { ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'acme-id-1' }
  const provider = new Provider(issuer, {
    adapter: createRecords(),
    clients: clients.map(clientMetadata),
    jwks: { keys: [signingKey] },
    scopes: ['read', 'write'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    ttl: { ClientCredentials: tokens.lifeSeconds },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => tokens.audience,
        getResourceServerInfo: () => resourceServer(tokens),
        useGrantedResource: () => true,
      },
    },
    extraTokenClaims: (_ctx, token) => ('extra' in token ? token.extra : undefined),
  })
  addJwtBearer(provider, tokens, (id) => issuerOf(clients, id))
  return provider
}

function issuerOf(clients: readonly AcmeClient[], id: string): string {
  const client = clients.find((one) => one.id === id)
  return client !== undefined && 'assertionIssuer' in client ? (client.assertionIssuer ?? id) : id
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port')
  return address.port
}
