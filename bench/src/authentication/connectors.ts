import { createSecretKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { parseDefinition, type Session } from '@sluice/connector-schema'
import {
  type CompiledConnector,
  createFlights,
  createInjectedSearches,
  createPlans,
  createSigningKeys,
  createTokenSource,
  defaultLimits,
  noTokenStore,
  type Ports,
  Secret,
  type Upstream,
} from '@sluice/pipeline'
import { compileConnector } from '@sluice/pipeline/compile'

const pem = (key: KeyObject) => String(key.export({ type: 'pkcs8', format: 'pem' }))
const tenantId = 'bench'

const secrets: Readonly<Record<string, string>> = {
  hs: randomBytes(32).toString('base64url'),
  es: pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
  rs: pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
  client: randomBytes(24).toString('base64url'),
}

const claims = { iss: 'bench', sub: '{{ user.id }}', iat: '{{ now() }}', exp: '{{ now(120) }}' }
const signed = (secret: string, algorithm: string) => ({
  type: 'jwt',
  config: { private_key: `{{ get_secret('${secret}') }}`, algorithm, claims },
})

/** The ways to authenticate that are compared; `none` is what the others are measured against. */
export const authentications: Readonly<Record<string, object>> = {
  none: { type: 'none' },
  'a key': { type: 'api_key', config: { key: 'X-Key', value: "{{ get_secret('client') }}" } },
  'a kept token': {
    type: 'oauth_client_credentials',
    config: {
      client_id: 'bench',
      client_secret: "{{ get_secret('client') }}",
      token_url: 'https://id.example.com/token',
    },
  },
  'JWT, HS256': signed('hs', 'HS256'),
  'JWT, ES256': signed('es', 'ES256'),
  'JWT, RS256': signed('rs', 'RS256'),
}

/** A connector that is cached nowhere, so that each exchange is sent. */
export function connectorWith(authentication: object): CompiledConnector {
  const { definition } = parseDefinition({
    name: 'Bench',
    url: 'https://api.example.com/items/{{ user.id }}',
    cache: { enabled: false },
    authentication,
  })
  const connector = definition && compileConnector(definition, { tenantId }).connector
  if (connector === undefined) throw new Error('the definition of the benchmark is not valid')
  return connector
}

export const session: Session = { tenant_id: tenantId, user: { id: '7', roles: [], profile_fields: {} } }

/** The pipeline's surroundings as plain objects: what is measured is the pipeline. */
export function benchPorts(answer: () => Readable): Ports {
  const body = JSON.stringify({
    access_token: randomBytes(300).toString('base64url'),
    token_type: 'Bearer',
    expires_in: 3600,
  })
  const upstream: Upstream = {
    send: async ({ url }) =>
      url.hostname === 'id.example.com'
        ? {
            status: 200,
            headers: [['content-type', 'application/json']],
            body: Readable.from([Buffer.from(body)]),
          }
        : { status: 200, headers: [['content-type', 'application/json']], body: answer() },
  }
  const keySecret = createSecretKey(randomBytes(32))
  const clock = { now: Date.now, monotonic: () => performance.now(), sleep: async () => {} }
  return {
    secrets: {
      read: (_tenant, name) => ({
        secret: new Secret(secrets[name] ?? ''),
        version: '1',
        allowedHosts: ['*'],
        places: ['authentication', 'header', 'query', 'body'],
      }),
    },
    variables: { read: () => undefined },
    upstream,
    tokens: createTokenSource({ upstream, store: noTokenStore, clock, keySecret }),
    // Asked by nobody: nothing here is cached.
    cache: {
      find: () => ({ stored: undefined, ticket: {} }),
      keep: () => undefined,
      forget: () => undefined,
      isCurrent: () => true,
      invalidate: () => undefined,
    },
    signingKeys: createSigningKeys(),
    plans: createPlans(),
    searches: createInjectedSearches(),
    findings: { found: () => undefined },
    flights: createFlights(clock),
    random: Math.random,
    isolatedRenderer: { render: () => Promise.reject(new Error('nothing here is rendered apart')) },
    clock,
    limits: defaultLimits,
    cacheKeySecret: keySecret,
    invalidationKeys: [keySecret],
  }
}
