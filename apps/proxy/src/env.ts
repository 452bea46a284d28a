import { z } from 'zod'
import type { CacheBounds } from './adapters/cache/memory-tier.ts'
import { urlRefusal } from './adapters/egress/destination.ts'
import {
  type EgressExceptions,
  parseAllowHttp,
  parseAllowPorts,
  parseAllowPrivate,
} from './adapters/egress/exceptions.ts'
import { defaultEgressLimits, type EgressLimits } from './adapters/egress/limits.ts'
import { type OutboundProxy, parseOutboundProxy } from './adapters/egress/outbound-proxy.ts'
import { type KeyRing, parseKeyRing } from './adapters/sealing/key-ring.ts'
import { platformTenantId } from './adapters/session/fetch-key-set.ts'
import type { SessionIssuer } from './adapters/session/verify-session.ts'
import { type DeliveryLimits, defaultDeliveryLimits } from './http/delivery-limits.ts'

/** What the environment configures. */
export interface Settings {
  /** Absent where no session variable is set: `sluice dev` has an issuer of its own. */
  readonly sessionIssuer: SessionIssuer | undefined
  readonly egressExceptions: EgressExceptions
  readonly outboundProxy: OutboundProxy | undefined
  /** Path of a PEM file with certificates that TLS trusts beside the usual ones. */
  readonly extraCaPath: string | undefined
  /** Bounds of the stored answers in memory, where others than the usual ones are wished for. */
  readonly cache: CacheBounds
  /** What proxies share lies there; without it each has its own memory only. */
  readonly redisUrl: string | undefined
  /** Encrypts what lies outside the process; absent where none is configured. */
  readonly encryptionKeys: KeyRing | undefined
  /** Bounds of what streams from APIs. */
  readonly egressLimits: Pick<EgressLimits, 'idleTimeoutMs' | 'eventStreamIdleTimeoutMs' | 'maxBodyBytes'>
  /** How slowly callers may read, and how long they may stream. */
  readonly delivery: DeliveryLimits
}

/** Everything that is wrong with the environment, one line a variable. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`The configuration is not valid:\n${problems.join('\n')}`)
    this.problems = problems
  }
}

const text = z.string().trim().min(1, 'must not be empty')

const count = z
  .string()
  .trim()
  .regex(/^[1-9][0-9]{0,14}$/, 'must be a whole number above 0')
  .transform(Number)

/** Of what a timer can hold, which fires at once beyond 24 days, a day is enough. */
const longestMs = 86_400_000

const milliseconds = count.refine(
  (ms) => ms <= longestMs,
  `must be at most ${longestMs} milliseconds (a day)`,
)

const schema = z.object({
  SLUICE_SESSION_JWKS_URL: text.transform(parseJwksUrl).optional(),
  SLUICE_SESSION_SECRET: z
    .string()
    .transform((secret) => new TextEncoder().encode(secret))
    .refine((secret) => secret.byteLength >= 32, 'must have at least 32 bytes')
    .optional(),
  SLUICE_SESSION_ISSUER: text.optional(),
  SLUICE_SESSION_AUDIENCE: text.optional(),
  SLUICE_SESSION_TYP: text.optional(),
  SLUICE_EGRESS_ALLOW_PRIVATE: z.string().default('').transform(parsedBy(parseAllowPrivate)),
  SLUICE_EGRESS_ALLOW_PORTS: z.string().default('').transform(parsedBy(parseAllowPorts)),
  SLUICE_EGRESS_ALLOW_HTTP: z.string().default('').transform(parsedBy(parseAllowHttp)),
  SLUICE_EGRESS_PROXY: text.transform(parsedBy(parseOutboundProxy)).optional(),
  SLUICE_EXTRA_CA: text.optional(),
  SLUICE_REDIS_URL: text.transform(parseRedisUrl).optional(),
  SLUICE_CACHE_MAX_BYTES: count.optional(),
  SLUICE_CACHE_MAX_ENTRIES: count.optional(),
  SLUICE_CACHE_MAX_ANSWER_BYTES: count.optional(),
  SLUICE_ENCRYPTION_KEYS: text.transform(parsedBy(parseKeyRing)).optional(),
  SLUICE_STREAM_IDLE_MS: milliseconds.default(defaultEgressLimits.idleTimeoutMs),
  SLUICE_EVENT_STREAM_IDLE_MS: milliseconds.default(defaultEgressLimits.eventStreamIdleTimeoutMs),
  SLUICE_STREAM_MAX_BYTES: count.default(defaultEgressLimits.maxBodyBytes),
  SLUICE_STREAM_MAX_MS: milliseconds.default(defaultDeliveryLimits.streamMs),
  SLUICE_STALLED_CALLER_MS: milliseconds.default(defaultDeliveryLimits.stalledCallerMs),
  SLUICE_SLOW_CALLER_MS: milliseconds.default(defaultDeliveryLimits.slowCallerMs),
  SLUICE_SLOW_CALLER_BYTES_PER_SECOND: count.default(defaultDeliveryLimits.slowCallerBytesPerSecond),
})

const requiredWithSession = ['SLUICE_SESSION_ISSUER', 'SLUICE_SESSION_AUDIENCE', 'SLUICE_SESSION_TYP']
const sessionSources = ['SLUICE_SESSION_JWKS_URL', 'SLUICE_SESSION_SECRET']

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads the environment: the only place in the project that does.
 *
 * @throws SettingsError that names everything wrong at once, never a value.
 */
export function readSettings(environment: Environment = process.env): Settings {
  const result = schema.safeParse(environment)
  const problems = sessionGroupProblems(environment)
  if (!result.success) {
    problems.push(...result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`))
  }
  if (result.success) problems.push(...keySetProblems(result.data))
  if (!result.success || problems.length > 0) throw new SettingsError(problems)
  const env = result.data
  return {
    sessionIssuer: sessionIssuerOf(env),
    egressExceptions: egressExceptionsOf(env),
    outboundProxy: env.SLUICE_EGRESS_PROXY,
    extraCaPath: env.SLUICE_EXTRA_CA,
    cache: {
      maxBytes: env.SLUICE_CACHE_MAX_BYTES,
      maxEntries: env.SLUICE_CACHE_MAX_ENTRIES,
      maxAnswerBytes: env.SLUICE_CACHE_MAX_ANSWER_BYTES,
    },
    redisUrl: env.SLUICE_REDIS_URL,
    encryptionKeys: env.SLUICE_ENCRYPTION_KEYS,
    egressLimits: {
      idleTimeoutMs: env.SLUICE_STREAM_IDLE_MS,
      eventStreamIdleTimeoutMs: env.SLUICE_EVENT_STREAM_IDLE_MS,
      maxBodyBytes: env.SLUICE_STREAM_MAX_BYTES,
    },
    delivery: {
      streamMs: env.SLUICE_STREAM_MAX_MS,
      stalledCallerMs: env.SLUICE_STALLED_CALLER_MS,
      slowCallerMs: env.SLUICE_SLOW_CALLER_MS,
      slowCallerBytesPerSecond: env.SLUICE_SLOW_CALLER_BYTES_PER_SECOND,
    },
  }
}

/** The token with which command-line tools call a running proxy. */
export function readSessionToken(environment: Environment = process.env): string | undefined {
  return environment.SLUICE_SESSION_TOKEN || undefined
}

/** Session variables make sense together only. */
function sessionGroupProblems(environment: Environment): string[] {
  const isSet = (name: string) => environment[name] !== undefined
  if (![...requiredWithSession, ...sessionSources].some(isSet)) return []
  const problems = requiredWithSession
    .filter((name) => !isSet(name))
    .map((name) => `${name}: is required where sessions are configured`)
  if (sessionSources.filter(isSet).length !== 1)
    problems.push(`${sessionSources.join(', ')}: set one of the two`)
  return problems
}

function egressExceptionsOf(env: z.output<typeof schema>): EgressExceptions {
  return {
    allowPrivate: env.SLUICE_EGRESS_ALLOW_PRIVATE,
    allowPorts: env.SLUICE_EGRESS_ALLOW_PORTS,
    allowHttp: env.SLUICE_EGRESS_ALLOW_HTTP,
  }
}

/** A key set that can never be fetched is a mistake here, and not an outage at each call. */
function keySetProblems(env: z.output<typeof schema>): string[] {
  const { SLUICE_SESSION_JWKS_URL: url } = env
  const reason = url && urlRefusal(url, platformTenantId, egressExceptionsOf(env))
  if (reason === undefined) return []
  const remedy = 'Write another URL, or allow this one for every tenant with SLUICE_EGRESS_ALLOW_…'
  return [`SLUICE_SESSION_JWKS_URL: ${reason} ${remedy}`]
}

function sessionIssuerOf(env: z.output<typeof schema>): SessionIssuer | undefined {
  const { SLUICE_SESSION_ISSUER: issuer, SLUICE_SESSION_AUDIENCE: audience, SLUICE_SESSION_TYP: typ } = env
  if (issuer === undefined || audience === undefined || typ === undefined) return undefined
  const { SLUICE_SESSION_JWKS_URL: jwksUrl, SLUICE_SESSION_SECRET: secret } = env
  if (jwksUrl !== undefined) return { issuer, audience, typ, keys: { jwksUrl } }
  return secret === undefined ? undefined : { issuer, audience, typ, keys: { secret } }
}

/** Whether it may be fetched is the egress guard's decision, as for every URL. */
function parseJwksUrl(value: string, context: z.RefinementCtx): URL {
  const url = URL.canParse(value) ? new URL(value) : undefined
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:'
  if (url !== undefined && isWeb && url.username === '' && url.password === '' && url.hash === '') return url
  const message = 'must be an https URL without user name, password and fragment'
  context.addIssue({ code: 'custom', message })
  return z.NEVER
}

function parseRedisUrl(value: string, context: z.RefinementCtx): string {
  const protocol = URL.canParse(value) ? new URL(value).protocol : undefined
  if (protocol === 'redis:' || protocol === 'rediss:') return value
  context.addIssue({ code: 'custom', message: 'must be a redis:// or rediss:// URL' })
  return z.NEVER
}

function parsedBy<Parsed>(
  parse: (value: string) => Parsed,
): (value: string, context: z.RefinementCtx) => Parsed {
  return (value, context) => {
    try {
      return parse(value)
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'is not valid' })
      return z.NEVER
    }
  }
}
