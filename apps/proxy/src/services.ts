import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import {
  type Clock,
  createFlights,
  createInjectedSearches,
  createPlans,
  createSigningKeys,
  createTokenSource,
  defaultLimits,
  type Limits,
  type Logger,
  noTokenStore,
  type Ports,
  type Scope,
  tagsOfScope,
} from '@sluice/pipeline'
import { createLogAudit } from './adapters/audit/log-audit.ts'
import { createCache } from './adapters/cache/create-cache.ts'
import { createMarks, type Generation, noGeneration } from './adapters/cache/marks.ts'
import { type CacheBounds, createMemoryTier } from './adapters/cache/memory-tier.ts'
import { createSharedTier } from './adapters/cache/shared-tier.ts'
import { systemClock } from './adapters/clock/system-clock.ts'
import { createUpstream, type UpstreamOptions } from './adapters/egress/upstream.ts'
import { createMemoryCounters } from './adapters/limits/memory-counters.ts'
import { createRedisCounters } from './adapters/limits/redis-counters.ts'
import { connectRedis, type RedisConnection } from './adapters/redis/connect-redis.ts'
import { createWorkerRenderer } from './adapters/render/worker-renderer.ts'
import type { KeyRing } from './adapters/sealing/key-ring.ts'
import { createSealing, type Sealing } from './adapters/sealing/sealing.ts'
import { sharedKey, sharedKeys } from './adapters/sealing/shared-key.ts'
import {
  createMemorySecrets,
  createMemoryVariables,
  type MemorySecrets,
  type MemoryVariables,
} from './adapters/secrets/memory-values.ts'
import { createKeySetFetch } from './adapters/session/fetch-key-set.ts'
import {
  createSessionVerifier,
  type SessionIssuer,
  type SessionVerifier,
} from './adapters/session/verify-session.ts'
import {
  type ConnectorStore,
  createMemoryConnectors,
  type MemoryConnectors,
} from './adapters/store/memory-connectors.ts'
import {
  createMemoryTenants,
  type MemoryTenants,
  type TenantSettings,
} from './adapters/store/memory-tenants.ts'
import { createRedisTokens } from './adapters/tokens/redis-tokens.ts'
import { type CsrfTokens, createCsrfTokens } from './http/csrf.ts'
import { type DeliveryLimits, defaultDeliveryLimits } from './http/delivery-limits.ts'
import { createGuessLimits, type GuessLimits } from './http/guess-limits.ts'
import { createRateLimits, type RateLimits } from './http/rate-limit.ts'
import { createLifecycle, type Lifecycle } from './lifecycle.ts'
import { createLogger } from './logger.ts'
import type { CallCounters } from './ports/call-counters.ts'
import type { TenantRegistry } from './tenant.ts'

/** Everything that the server needs: made once in a process, by `createServices` or by a test. */
export interface Services {
  readonly tenants: TenantRegistry
  /** The tenant of anonymous calls to a Host that nobody has registered. */
  readonly defaultTenantId: string | undefined
  readonly sessions: SessionVerifier
  readonly csrf: CsrfTokens
  readonly connectors: ConnectorStore
  readonly rateLimits: RateLimits
  readonly guessLimits: GuessLimits
  readonly ports: Ports
  /** Makes stored answers invalid on every proxy: all of a tenant, of a connector, or of a URL. */
  purge(scopes: readonly Scope[]): Promise<void>
  readonly logger: Logger
  readonly lifecycle: Lifecycle
  /** How slowly callers may read, and how long they may stream. */
  readonly delivery: DeliveryLimits
}

/** What a process decides about its services. */
export interface ServicesOptions {
  readonly tenants: readonly TenantSettings[]
  readonly defaultTenantId?: string
  readonly sessionIssuers: readonly SessionIssuer[]
  /** What the egress guard lets through beyond its rules, and whom TLS trusts. */
  readonly egress: UpstreamOptions
  /** Encrypts what lies outside the process. */
  readonly encryptionKeys?: KeyRing | undefined
  /** Where proxies share what they have; needs `encryptionKeys`. */
  readonly redisUrl?: string | undefined
  /** The machine's, where a test does not bring its own. */
  readonly clock?: Clock
  readonly cache?: CacheBounds
  /** Limits of an exchange other than the usual ones. */
  readonly limits?: Partial<Limits>
  readonly delivery?: Partial<DeliveryLimits>
  /** How other proxies hear of an invalidation while Redis cannot be reached. */
  readonly generation?: Generation
  readonly logger?: Logger
}

/** Services whose stores are in this process's memory, to be filled by `replace`. */
export interface MemoryServices extends Services {
  readonly tenants: MemoryTenants
  readonly connectors: MemoryConnectors
  readonly secrets: MemorySecrets
  readonly variables: MemoryVariables
  /** Closes the connections to APIs, and ends the processes that render. Stop the server first. */
  close(): Promise<void>
}

/**
 * The composition root: every adapter is chosen here and nowhere else. Keys that only this process needs (cache
 * keys, CSRF tokens) are made up at start.
 *
 * @throws Error where a tenant or an issuer is wrongly configured.
 */
export function createServices(options: ServicesOptions): MemoryServices {
  const { clock = systemClock } = options
  const logger = options.logger ?? createLogger()
  const shared = connectShared(options, logger)
  const upstream = createUpstream(options.egress)
  const isolatedRenderer = createWorkerRenderer()
  const { encryptionKeys: ring } = options
  const keyFor = (purpose: string) =>
    ring === undefined ? createSecretKey(randomBytes(32)) : sharedKey(ring, purpose)
  const cacheKeySecret = keyFor('cache keys')
  const invalidationKeys = ring === undefined ? [cacheKeySecret] : sharedKeys(ring, 'cache keys')
  const versionKey = keyFor('versions of values')
  const variables = createMemoryVariables(versionKey)
  const store = shared === undefined ? noTokenStore : createRedisTokens(shared.redis, shared.sealing)
  const cache = createProcessCache(options, shared)
  const guessLimits = createGuessLimits({ clock, logger, audit: createLogAudit(logger) })
  const tokens = createTokenSource({ upstream, store, clock, keySecret: cacheKeySecret })
  const plans = createPlans()
  const signingKeys = createSigningKeys()
  const searches = createInjectedSearches()
  const secrets = createMemorySecrets(versionKey, (tenantId) => {
    for (const memory of [plans, signingKeys, searches, tokens]) memory.forget(tenantId)
  })
  const ports: Ports = {
    secrets,
    variables,
    upstream,
    isolatedRenderer,
    tokens,
    signingKeys,
    cache,
    plans,
    searches,
    findings: guessLimits,
    flights: createFlights(clock),
    clock,
    random: Math.random,
    limits: {
      ...defaultLimits,
      ...options.limits,
      storedAnswerBytes: options.cache?.maxAnswerBytes ?? defaultLimits.storedAnswerBytes,
    },
    cacheKeySecret,
    invalidationKeys,
  }
  const purge = async (scopes: readonly Scope[]) => {
    await cache.invalidate(scopes.flatMap((scope) => tagsOfScope(scope, invalidationKeys)))
  }
  return {
    tenants: createMemoryTenants(options.tenants),
    defaultTenantId: options.defaultTenantId,
    sessions: createSessionVerifier({
      issuers: options.sessionIssuers,
      clock,
      fetch: createKeySetFetch(upstream),
    }),
    csrf: createCsrfTokens(randomBytes(32)),
    // A revision that comes back later must not find what was stored before.
    connectors: createMemoryConnectors((tenantId, permalinks) => {
      void purge(permalinks.map((permalink) => ({ kind: 'connector', tenantId, permalink })))
    }),
    secrets,
    variables,
    rateLimits: createRateLimits(createCounters(shared, keyFor('counters of calls'))),
    guessLimits,
    ports,
    purge,
    logger,
    lifecycle: createLifecycle(),
    delivery: { ...defaultDeliveryLimits, ...options.delivery },
    close: async () => {
      await Promise.all([upstream.close(), isolatedRenderer.close()])
      await shared?.redis.close()
    },
  }
}

interface Shared {
  readonly redis: RedisConnection
  readonly sealing: Sealing
}

/** The connection to what proxies share, and how what lies there is sealed. */
function connectShared(
  { redisUrl: url, encryptionKeys: ring, clock = systemClock }: ServicesOptions,
  logger: Logger,
): Shared | undefined {
  if (url === undefined) return undefined
  if (ring === undefined)
    throw new Error('What proxies share is encrypted: SLUICE_ENCRYPTION_KEYS is missing')
  return { redis: connectRedis({ url, logger, clock }), sealing: createSealing(ring) }
}

/** Counted by this process, or by all that share a Redis. */
function createCounters(shared: Shared | undefined, key: KeyObject): CallCounters {
  const inMemory = createMemoryCounters()
  return shared === undefined
    ? inMemory
    : createRedisCounters({ redis: shared.redis, key, otherwise: inMemory })
}

function createProcessCache(
  { cache, generation = noGeneration, clock = systemClock }: ServicesOptions,
  shared: Shared | undefined,
) {
  const marks = createMarks(generation)
  return createCache({
    memory: createMemoryTier(marks, cache),
    shared: shared && createSharedTier({ ...shared, marks, generation, clock }),
    marks,
    clock,
  })
}
