import CachePolicy from 'http-cache-semantics'
import { type HeaderList, headerValue } from '../header-list.ts'
import type { Clock, FreshnessPolicy } from '../ports.ts'

/** What an API's answer says about being kept. */
export interface Freshness {
  /** Whether a shared cache may keep it and it has a lifetime. */
  readonly storable: boolean
  /** `no-store` was said. */
  readonly noStore: boolean
  readonly policy: FreshnessPolicy
}

interface Evaluated {
  readonly method: string
  readonly status: number
  readonly headers: HeaderList
  /** `cache.ttl_seconds`: used where the API says nothing at all about a 200. */
  readonly ttlSeconds: number | undefined
  readonly clock: Clock
}

/**
 * Evaluates an answer as a shared cache with `http-cache-semantics`, the proxy's own credentials left out:
 * the key space is already separated by them, so an `Authorization` that the proxy added forbids nothing.
 */
export function freshnessOf({ method, status, headers, ttlSeconds, clock }: Evaluated): Freshness {
  const directives = cacheDirectives(headers)
  const saysNothing = directives === undefined && !has(headers, 'expires') && !has(headers, 'pragma')
  const fallback =
    saysNothing && status === 200 && ttlSeconds !== undefined ? `max-age=${ttlSeconds}` : undefined
  const response = { status, headers: forPolicy(headers, directives ?? fallback) }
  const evaluatedAs = (shared: boolean) => {
    const options = { shared, cacheHeuristic: 0, immutableMinTimeToLive: 0 }
    return new (policyClassOf(clock))({ method, headers: {} }, response, options)
  }
  const shared = evaluatedAs(true)
  const browser = evaluatedAs(false)
  return {
    storable: !forbidsStoring(status, headers, directives) && shared.storable() && remainingMs(shared) > 0,
    noStore: directives?.split(',').some((directive) => directive.trim() === 'no-store') === true,
    policy: {
      remainingMs: () => remainingMs(shared),
      browserMs: () => remainingMs(browser),
      ageSeconds: () => Math.floor(shared.age()),
    },
  }
}

/** Not the library's `timeToLive()`, which counts the time that an answer may be served stale. */
function remainingMs(policy: CachePolicy): number {
  return Math.max(0, (policy.maxAge() - policy.age()) * 1000)
}

/** `Cache-Control` as one line, directive names in lower case: the library compares with case. */
function cacheDirectives(headers: HeaderList): string | undefined {
  return headerValue(headers, 'cache-control')?.replace(/(?<=^|,)\s*[^=,\s]+/g, (name) => name.toLowerCase())
}

function forPolicy(headers: HeaderList, cacheControl: string | undefined): Record<string, string> {
  const plain: Record<string, string> = {}
  for (const name of ['age', 'date', 'expires', 'pragma', 'etag', 'last-modified']) {
    const value = headerValue(headers, name)
    // RFC 9111 §5.1: an age is not negative; one that is not a number tells nothing.
    if (value !== undefined && (name !== 'age' || /^[0-9]+$/.test(value))) plain[name] = value
  }
  if (cacheControl !== undefined) plain['cache-control'] = cacheControl
  return plain
}

/** What is not stored whatever its lifetime (spec: "What"). Varying on what we send is in the key already. */
function forbidsStoring(status: number, headers: HeaderList, directives: string | undefined): boolean {
  return (
    status === 206 ||
    has(headers, 'set-cookie') ||
    (headerValue(headers, 'vary') ?? '').includes('*') ||
    headers.filter(([name]) => name === 'expires').length > 1 ||
    (directives !== undefined && contradictsItself(directives))
  )
}

/** A freshness directive twice, or with something else than seconds (RFC 9111 §4.2.1). */
function contradictsItself(directives: string): boolean {
  for (const name of ['max-age', 's-maxage']) {
    const given = directives.split(',').filter((directive) => directive.trim().split('=')[0] === name)
    if (given.length > 1) return true
    if (given[0] !== undefined && !/^\s*[a-z-]+="?[0-9]+"?\s*$/.test(given[0])) return true
  }
  return false
}

function has(headers: HeaderList, name: string): boolean {
  return headers.some(([key]) => key === name)
}

type PolicyClass = new (...parameters: ConstructorParameters<typeof CachePolicy>) => CachePolicy

const policyClasses = new WeakMap<Clock, PolicyClass>()

/** The library reads the time through a method, already in its constructor. */
function policyClassOf(clock: Clock): PolicyClass {
  const known = policyClasses.get(clock)
  if (known !== undefined) return known
  const created = class extends CachePolicy {
    now(): number {
      return clock.now()
    }
  }
  policyClasses.set(clock, created)
  return created
}
