/** The pipeline's surroundings as plain objects, for unit tests. */
import { createSecretKey } from 'node:crypto'
import { Readable } from 'node:stream'
import { parseDefinition, type Session } from '@sluice/connector-schema'
import { type SecretPlace, secretPlaces } from '@sluice/connector-schema/configuration'
import { compileRecipe, recipeOf, renderIsolated } from '@sluice/templates'
import { nodeRuntime } from '@sluice/templates/runtime'
import { createSigningKeys } from '../authentication/signing-key.ts'
import { createFlights } from '../caching/coalescing.ts'
import { type CompiledConnector, compileConnector } from '../compile/compile-connector.ts'
import type { HeaderList } from '../messages/header-list.ts'
import type { Ports } from '../ports/context.ts'
import {
  defaultLimits,
  type IsolatedRender,
  type StoredAnswer,
  type UpstreamRequest,
} from '../ports/ports.ts'
import { createPlans } from '../prepared/prepared-requests.ts'
import { createInjectedSearches } from '../secrecy/injected-searches.ts'
import { Secret } from '../secrecy/secret.ts'
import type { Call } from '../steps/exchange.ts'
import { noTokenStore } from '../tokens/no-token-store.ts'
import { createTokenSource } from '../tokens/token-source.ts'

/** A user with every value that templates can read. */
export const ada: Session = {
  tenant_id: 'acme',
  issuer: 'platform',
  user: {
    id: '7',
    email: 'ada@example.com',
    first_name: 'Ada',
    last_name: 'Lovelace',
    username: 'ada',
    roles: ['staff'],
    profile_fields: { 123: 'gold' },
  },
}

/** The fields of a definition that a test cares about. */
export function connector(change: object = {}, tenantId = 'acme'): CompiledConnector {
  const parsed = parseDefinition({ name: 'Test', url: 'https://api.example.com/items', ...change })
  if (parsed.definition === undefined) throw new Error(JSON.stringify(parsed.errors))
  const compiled = compileConnector(parsed.definition, { tenantId })
  if (compiled.connector === undefined) throw new Error(JSON.stringify(compiled.errors))
  return compiled.connector
}

/** A call of a connector, with what a test sends. */
export function callOf(compiled: CompiledConnector, sent: Partial<Call> = {}): Call {
  return {
    requestId: 'r-1',
    connector: compiled,
    session: ada,
    query: [],
    headers: [],
    pathParams: [],
    payload: null,
    ifNoneMatch: undefined,
    ifModifiedSince: undefined,
    ending: new AbortController(),
    ...sent,
  }
}

/** A payload of some bytes. */
export function payloadOf(text: string, contentType = 'application/json'): NonNullable<Call['payload']> {
  return { stream: Readable.from([Buffer.from(text)]), contentType, length: Buffer.byteLength(text) }
}

/** What the fake API answers. */
export interface Scripted {
  readonly status?: number
  readonly headers?: HeaderList
  readonly body?: string
}

type Script = (request: UpstreamRequest) => Scripted | Promise<Scripted>

/** A request as the fake API received it. */
export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Ports of plain objects that remember what was sent, read and stored. */
export function plainPorts(
  script: Script = () => ({}),
  values: {
    readonly secrets?: Record<string, string>
    readonly variables?: Record<string, string>
    readonly allowedHosts?: readonly string[]
    /** Every place, unless said otherwise. */
    readonly places?: readonly SecretPlace[]
  } = {},
) {
  const seen: Seen[] = []
  const sentHeaders: HeaderList[] = []
  const secretsRead: string[] = []
  const stored = new Map<string, StoredAnswer>()
  const renderedApart: IsolatedRender[] = []
  const invalidated: string[] = []
  const found: Call[] = []
  const time = { nowMs: Date.UTC(2026, 0, 1) }
  const parts: Omit<Ports, 'tokens'> = {
    secrets: {
      read(_tenant, name) {
        secretsRead.push(name)
        const value = values.secrets?.[name]
        return value === undefined
          ? undefined
          : {
              secret: new Secret(value),
              version: '1',
              allowedHosts: values.allowedHosts ?? ['api.example.com', 'id.example.com'],
              places: values.places ?? secretPlaces,
            }
      },
    },
    variables: {
      read(_tenant, name) {
        const value = values.variables?.[name]
        return value === undefined ? undefined : { value, version: value }
      },
    },
    upstream: {
      async send(request) {
        sentHeaders.push(request.headers)
        seen.push(await remember(request))
        const { status = 200, headers = [], body = '{}' } = await script(request)
        return { status, headers, body: Readable.from(body === '' ? [] : [Buffer.from(body)]) }
      },
    },
    cache: {
      find: ({ key }) => ({ stored: stored.get(key), ticket: {} }),
      keep: ({ key }, answer) => void stored.set(key, answer),
      forget: ({ key }) => void stored.delete(key),
      isCurrent: () => true,
      invalidate: (tags) => void invalidated.push(...tags),
    },
    isolatedRenderer: {
      async render(job) {
        renderedApart.push(job)
        job.signal.throwIfAborted()
        // As the way to another process copies them.
        const values = { ...structuredClone(job.values), runtime: nodeRuntime }
        return Buffer.from(renderIsolated(compileRecipe(recipeOf(job.template)), values))
      },
    },
    plans: createPlans(),
    searches: createInjectedSearches(),
    findings: { found: (call) => void found.push(call) },
    signingKeys: createSigningKeys(),
    flights: createFlights({ monotonic: () => time.nowMs }),
    clock: {
      now: () => time.nowMs,
      monotonic: () => time.nowMs,
      sleep: async (ms) => {
        time.nowMs += ms
      },
    },
    // The middle: no jitter.
    random: () => 0.5,
    limits: defaultLimits,
    cacheKeySecret: createSecretKey(Buffer.alloc(32, 1)),
    invalidationKeys: [createSecretKey(Buffer.alloc(32, 1))],
  }
  const keySecret = parts.cacheKeySecret
  const tokens = createTokenSource({ ...parts, store: noTokenStore, keySecret })
  const ports: Ports = { ...parts, tokens }
  return { ports, seen, sentHeaders, secretsRead, stored, invalidated, renderedApart, found, time }
}

async function remember({ method, url, headers, body }: UpstreamRequest): Promise<Seen> {
  const chunks: Buffer[] = []
  if (body instanceof Readable) for await (const chunk of body) chunks.push(chunk as Buffer)
  else if (body !== null) chunks.push(Buffer.from(body))
  const byName = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]))
  return { method, url: url.href, headers: byName, body: Buffer.concat(chunks).toString() }
}

/** The text of an answer's body. */
export async function textOf(body: Uint8Array | Readable | null): Promise<string> {
  if (body === null) return ''
  if (body instanceof Uint8Array) return Buffer.from(body).toString()
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
