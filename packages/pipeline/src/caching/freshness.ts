import CachePolicy from 'http-cache-semantics'
import { type HeaderList, headerValue } from '../messages/header-list.ts'
import type { Freshness } from '../ports/ports.ts'
import {
  cacheDirectives,
  contradictsItself,
  type Directives,
  deltaSeconds,
  secondsOf,
} from './cache-control.ts'
import { httpDate, parseHttpDate } from './http-date.ts'

/** What a definition says about caching. */
export interface CacheSettings {
  readonly ttl_seconds?: number | undefined
  readonly stale_while_revalidate_seconds?: number | undefined
  readonly stale_if_error_seconds?: number | undefined
}

/** An answer of an API, and when it came. */
export interface Evaluated {
  readonly method: string
  readonly status: number
  readonly headers: HeaderList
  readonly settings: CacheSettings
  /** When the request for it was sent, and when its headers were there; milliseconds since the epoch. */
  readonly requestedAtMs: number
  readonly receivedAtMs: number
}

/** What follows for its being kept. */
export interface Evaluation {
  /** Whether a shared cache may keep it and has a use for it. */
  readonly storable: boolean
  /** `no-store` was said. */
  readonly noStore: boolean
  readonly freshness: Freshness
  /** How long it is of any use from now on, in milliseconds. */
  readonly keepMs: number
}

/** How long a stale answer with a validator is kept: asking for a change costs less than asking for everything. */
const revalidatableSeconds = 24 * 60 * 60

/**
 * Evaluates an answer as a shared cache with `http-cache-semantics`, the proxy's own credentials left out:
 * the key space is already separated by them, so an `Authorization` that the proxy added forbids nothing.
 */
export function evaluate(answer: Evaluated): Evaluation {
  const { headers, status, settings } = answer
  const directives = understoodDirectives(cacheDirectives(headers), status)
  const noStore = directives?.has('no-store') === true
  const date = parseHttpDate(headerValue(headers, 'date'), answer.receivedAtMs)
  const { maySharedCacheStore, ...lifetimes } = noStore ? keptNowhere : policyOf(answer, directives, date)
  const freshness: Freshness = {
    receivedAtMs: answer.receivedAtMs,
    initialAgeSeconds: initialAgeSeconds(answer, date),
    ...lifetimes,
    ...staleSeconds(directives, settings),
  }
  const usefulSeconds = Math.max(
    freshness.staleWhileRevalidateSeconds,
    freshness.staleIfErrorSeconds,
    hasValidator(headers) ? revalidatableSeconds : 0,
  )
  const keepMs = remainingMs(freshness, answer.receivedAtMs) + usefulSeconds * 1000
  const storable = maySharedCacheStore && !forbidsStoring(status, headers, directives) && keepMs > 0
  return { storable, noStore, freshness, keepMs }
}

/** What is left of an answer's lifetime, in milliseconds; 0 once it is stale. */
export function remainingMs(freshness: Freshness, nowMs: number): number {
  return Math.max(0, (freshness.lifetimeSeconds - exactAge(freshness, nowMs)) * 1000)
}

/** Whether an answer may be given without asking the API. */
export function isFresh(freshness: Freshness, nowMs: number): boolean {
  return remainingMs(freshness, nowMs) > 0
}

/** `Age`: seconds since the API made it, or was asked last. */
export function ageSeconds(freshness: Freshness, nowMs: number): number {
  return Math.floor(exactAge(freshness, nowMs))
}

/** How long an answer has been stale, in seconds; 0 while it is fresh. */
export function staleForSeconds(freshness: Freshness, nowMs: number): number {
  return Math.max(0, exactAge(freshness, nowMs) - freshness.lifetimeSeconds)
}

/** RFC 9111 §4.2.3. A clock that was set back makes nothing younger than it came. */
function exactAge({ initialAgeSeconds, receivedAtMs }: Freshness, nowMs: number): number {
  return initialAgeSeconds + Math.max(0, nowMs - receivedAtMs) / 1000
}

/** RFC 9111 §4.2.3: what it was when it arrived, whichever of its clocks and the caches before us says more. */
function initialAgeSeconds(
  { headers, requestedAtMs, receivedAtMs }: Evaluated,
  date: number | undefined,
): number {
  // §5.1: of a list the first counts; what is no number tells nothing.
  const age = deltaSeconds(headerValue(headers, 'age')?.split(',')[0]?.trim()) ?? 0
  const delay = Math.max(0, receivedAtMs - requestedAtMs) / 1000
  // A date is cut to the second below: within that second nothing has aged.
  const apparent = date === undefined ? 0 : Math.floor((receivedAtMs - date) / 1000) - 1
  return Math.max(apparent, age + delay)
}

/** RFC 5861, the API's word before the definition's; never against what forbids it (RFC 9111 §4.2.4, §5.2.2). */
function staleSeconds(directives: Directives | undefined, settings: CacheSettings) {
  const forbidden = ['must-revalidate', 'proxy-revalidate', 'no-cache', 's-maxage', 'no-store']
  if (forbidden.some((name) => directives?.has(name))) {
    return { staleWhileRevalidateSeconds: 0, staleIfErrorSeconds: 0 }
  }
  const granted = (name: string, configured: number | undefined) =>
    directives?.has(name) ? (secondsOf(directives, name) ?? 0) : (configured ?? 0)
  return {
    staleWhileRevalidateSeconds: granted('stale-while-revalidate', settings.stale_while_revalidate_seconds),
    staleIfErrorSeconds: granted('stale-if-error', settings.stale_if_error_seconds),
  }
}

/** The statuses that `http-cache-semantics` knows; to it every other one is a 302, which needs a lifetime too. */
const understood = new Set([200, 203, 204, 300, 301, 302, 303, 307, 308, 404, 405, 410, 414, 501])
const needsLifetime = 302

/** RFC 9111 §5.2.2.3: `must-understand` lets go of the `no-store` beside it where the status is one that we know. */
function understoodDirectives(said: Directives | undefined, status: number): Directives | undefined {
  if (said?.has('must-understand') !== true || !understood.has(status)) return said
  return new Map([...said].filter(([name]) => name !== 'no-store'))
}

/** What the library is asked. */
interface Policy {
  readonly maySharedCacheStore: boolean
  readonly lifetimeSeconds: number
  readonly browserLifetimeSeconds: number
}

/** RFC 9111 §5.2.2.5: nothing else that the answer says matters then, and the library need not be asked. */
const keptNowhere: Policy = { maySharedCacheStore: false, lifetimeSeconds: 0, browserLifetimeSeconds: 0 }

function policyOf(answer: Evaluated, directives: Directives | undefined, date: number | undefined): Policy {
  const { method, status } = answer
  const known = understood.has(status) ? status : needsLifetime
  const headers = forPolicy(answer, directives, date)
  const policyFor = (options: { readonly shared: boolean }) =>
    new CachePolicy(
      { method, headers: {} },
      { status: known, headers },
      { ...options, cacheHeuristic: 0, immutableMinTimeToLive: 0 },
    )
  const [shared, browser] = [policyFor({ shared: true }), policyFor({ shared: false })]
  return {
    maySharedCacheStore: shared.storable(),
    lifetimeSeconds: shared.maxAge(),
    browserLifetimeSeconds: browser.maxAge(),
  }
}

/** What the library reads, as it expects it: it compares with case, splits quoted strings, and guesses dates. */
function forPolicy(
  { headers, status, settings, receivedAtMs }: Evaluated,
  directives: Directives | undefined,
  saidDate: number | undefined,
): Record<string, string> {
  const plain: Record<string, string> = {}
  const [expires, pragma] = [headerValue(headers, 'expires'), headerValue(headers, 'pragma')]
  const saysNothing = directives === undefined && expires === undefined && pragma === undefined
  if (saysNothing && status === 200 && settings.ttl_seconds !== undefined) {
    plain['cache-control'] = `max-age=${settings.ttl_seconds}`
  }
  if (directives !== undefined) plain['cache-control'] = written(directives)
  if (pragma !== undefined) plain.pragma = pragma.toLowerCase()
  // RFC 9111 §5.3: what is no date has passed.
  const date = saidDate ?? receivedAtMs
  plain.date = httpDate(date)
  if (expires !== undefined) plain.expires = httpDate(parseHttpDate(expires, receivedAtMs) ?? date)
  return plain
}

/** `proxy-revalidate` is left out: it forbids what is stale, while the library takes it for no lifetime at all. */
const plainDirectives = ['no-store', 'no-cache', 'private', 'public']

function written(directives: Directives): string {
  const lifetimes = ['max-age', 's-maxage'].flatMap((name) => {
    const seconds = secondsOf(directives, name)
    return seconds === undefined ? [] : [`${name}=${seconds}`]
  })
  return [...plainDirectives.filter((name) => directives.has(name)), ...lifetimes].join(', ')
}

/** What is not stored whatever its lifetime (spec: "What"). Varying on what we send is in the key already. */
function forbidsStoring(status: number, headers: HeaderList, directives: Directives | undefined): boolean {
  return (
    status === 206 ||
    status === 304 ||
    has(headers, 'set-cookie') ||
    (headerValue(headers, 'vary') ?? '').split(',').some((member) => member.trim() === '*') ||
    headers.filter(([name]) => name === 'expires').length > 1 ||
    (directives !== undefined && contradictsItself(directives)) ||
    // RFC 9111 §5.2.2.3
    (directives?.has('must-understand') === true && !understood.has(status))
  )
}

function hasValidator(headers: HeaderList): boolean {
  return has(headers, 'etag') || has(headers, 'last-modified')
}

function has(headers: HeaderList, name: string): boolean {
  return headers.some(([key]) => key === name)
}
