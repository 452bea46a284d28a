/**
 * Where exchanges get their tokens: kept until their time is over, asked for once however many wait, and not asked
 * for again at once where the endpoint fails.
 */
import { createHmac, type KeyObject } from 'node:crypto'
import { createTenantMemory } from '../memory/tenant-memory.ts'
import type { Clock, StoredToken, TokenStore, Upstream } from '../ports/ports.ts'
import { Secret } from '../secrecy/secret.ts'
import { createBackOff } from './back-off.ts'
import { exchangeToken } from './token-endpoint.ts'
import type { TokenRequest } from './token-request.ts'

/** A token and whether it was there before this exchange. */
export interface ObtainedToken {
  readonly token: string
  readonly isCached: boolean
}

/** Gives tokens. */
export interface TokenSource {
  /** @throws ProblemError `TOKEN_EXCHANGE_FAILED` and what an exchange throws besides */
  get(request: TokenRequest, signal: AbortSignal): Promise<ObtainedToken>
  /**
   * Another token in place of one that the API refused: dropped if it is still the one that is kept, and exchanged
   * at most once per key in 30 s. `undefined` where there is none to be had.
   */
  renew(request: TokenRequest, refused: string, signal: AbortSignal): Promise<string | undefined>
  /**
   * Drops a token that the API refused, if it is still the one that is kept, so that the next call exchanges: for a
   * request that cannot be sent again. It counts as a renewal.
   */
  drop(request: TokenRequest, refused: string): Promise<void>
  /** Forgets what this process holds of a tenant: one of its secrets has changed. */
  forget(tenantId: string): void
}

export interface TokenSourceOptions {
  readonly upstream: Upstream
  readonly store: TokenStore
  readonly clock: Clock
  /** Makes keys that tell nothing of the credentials in them; the same in all processes that share a store. */
  readonly keySecret: KeyObject
  /** For one exchange, in milliseconds. */
  readonly exchangeTimeoutMs?: number
}

const defaultTimeoutMs = 15_000
const maxTokens = 10_000
const renewalIntervalMs = 30_000
/** How often a process looks whether another one has the token that both want. */
const pollMs = 50
/** Clocks of two proxies may differ by this much; one that was set back by more ends every token. */
const skewMs = 60_000

/** Creates the source of a process. */
export function createTokenSource(options: TokenSourceOptions): TokenSource {
  const { store, clock, keySecret, exchangeTimeoutMs = defaultTimeoutMs } = options
  const held = createTenantMemory<StoredToken>({ maxEntries: maxTokens })
  const renewals = createTenantMemory<number>({ maxEntries: maxTokens, ttlMs: renewalIntervalMs })
  const inFlight = new Map<string, Promise<ObtainedToken>>()
  const backOff = createBackOff(clock)

  /** How often the secrets of a tenant have changed. */
  const changes = new Map<string, number>()

  /** A token that was asked for with a secret of before is not kept for whoever comes after. */
  function keep(at: TokenKey, token: StoredToken): void {
    if (at.change === (changes.get(at.tenantId) ?? 0)) held.set(at, token, token.expiresAtMs - clock.now())
  }

  function isFresh({ obtainedAtMs, expiresAtMs }: StoredToken): boolean {
    const now = clock.now()
    return now < expiresAtMs && now > obtainedAtMs - skewMs
  }

  function heldToken(at: TokenKey, refused?: string): ObtainedToken | undefined {
    const found = held.get(at.tenantId, at.key)
    if (found === undefined || !isFresh(found)) return undefined
    const token = found.token.expose()
    return token === refused ? undefined : { token, isCached: true }
  }

  async function storedToken(at: TokenKey, refused: string | undefined): Promise<ObtainedToken | undefined> {
    const found = await store.get(at.key)
    if (found === undefined || !isFresh(found)) return undefined
    keep(at, found)
    return heldToken(at, refused)
  }

  /** One at a time for a key; whoever comes meanwhile waits for the same. Nobody's going away stops it. */
  function obtain(at: TokenKey, request: TokenRequest, refused?: string): Promise<ObtainedToken> {
    const running = inFlight.get(at.key)
    if (running !== undefined) return running
    const started = obtainAcrossProcesses(at, request, refused).finally(() => inFlight.delete(at.key))
    inFlight.set(at.key, started)
    return started
  }

  async function obtainAcrossProcesses(
    at: TokenKey,
    request: TokenRequest,
    refused: string | undefined,
  ): Promise<ObtainedToken> {
    const end = clock.monotonic() + exchangeTimeoutMs
    for (;;) {
      const stored = await storedToken(at, refused)
      if (stored !== undefined) return stored
      backOff.check(at)
      const release = await store.claim(at.key, exchangeTimeoutMs + pollMs)
      // Past the end the other process is slower than it may be: going ahead costs one exchange more.
      if (release !== undefined || clock.monotonic() >= end) {
        // Between the look and the claim another process may have stored one and let go.
        const meanwhile = async () => (await storedToken(at, refused)) ?? (await exchange(at, request))
        return meanwhile().finally(() => release?.())
      }
      await clock.sleep(pollMs, AbortSignal.timeout(exchangeTimeoutMs))
    }
  }

  async function exchange(at: TokenKey, request: TokenRequest): Promise<ObtainedToken> {
    // From before the exchange: the server's clock for the token starts later than ours.
    const obtainedAtMs = clock.now()
    const { token, expiresInSeconds } = await backOff.watch(at, () =>
      exchangeToken(request, { ...options, timeoutMs: exchangeTimeoutMs }),
    )
    const lifeMs = request.lifeMs(expiresInSeconds)
    if (lifeMs > 0) {
      const kept = { token: new Secret(token), obtainedAtMs, expiresAtMs: obtainedAtMs + lifeMs }
      keep(at, kept)
      await store.set(at.key, kept, lifeMs)
    }
    return { token, isCached: false }
  }

  async function drop({ tenantId, key }: TokenKey, refused: string): Promise<void> {
    if (held.get(tenantId, key)?.token.expose() === refused) held.delete(tenantId, key)
    const stored = await store.get(key)
    if (stored?.token.expose() === refused) await store.delete(key)
  }

  /** Whether a refused token may be dropped: an API that refuses every token must not become a storm of exchanges. */
  function mayRenew({ tenantId, key }: TokenKey): boolean {
    const last = renewals.get(tenantId, key)
    const now = clock.monotonic()
    // guard: paced-renewals (tokens.test.ts)
    if (last !== undefined && now - last < renewalIntervalMs) return false
    renewals.set({ tenantId, key }, now)
    return true
  }

  return {
    async get(request, signal) {
      const at = keyOf(request, keySecret, changes.get(request.tenantId))
      return heldToken(at) ?? (await unlessAborted(obtain(at, request), signal))
    },
    async renew(request, refused, signal) {
      const at = keyOf(request, keySecret, changes.get(request.tenantId))
      const other = heldToken(at, refused)
      if (other !== undefined) return other.token
      if (!inFlight.has(at.key)) {
        if (!mayRenew(at)) return undefined
        // In the one line with the claim of `inFlight`: whoever comes meanwhile finds it.
        const renewed = drop(at, refused).then(() => obtainAcrossProcesses(at, request, refused))
        inFlight.set(
          at.key,
          renewed.finally(() => inFlight.delete(at.key)),
        )
      }
      const { token } = await unlessAborted(obtain(at, request, refused), signal)
      return token === refused ? undefined : token
    },
    async drop(request, refused) {
      const at = keyOf(request, keySecret, changes.get(request.tenantId))
      const isReplaced = inFlight.has(at.key) || heldToken(at, refused) !== undefined
      // guard: drops-refused-tokens (tokens.test.ts)
      if (!isReplaced && mayRenew(at)) await drop(at, refused)
    },
    forget(tenantId) {
      changes.set(tenantId, (changes.get(tenantId) ?? 0) + 1)
      held.forget(tenantId)
    },
  }
}

/** Where a token is kept, and since which change of its tenant's secrets it was asked for. */
interface TokenKey {
  readonly tenantId: string
  readonly key: string
  readonly change: number
}

/** A digest of tenant and whole rendered config. Keyed, or a weak secret could be guessed from it. */
function keyOf({ tenantId, identity }: TokenRequest, secret: KeyObject, change = 0): TokenKey {
  const parts = ['token', tenantId, identity].map((part) => `${Buffer.byteLength(part)}:${part}`)
  return { tenantId, key: createHmac('sha256', secret).update(parts.join('')).digest('base64url'), change }
}

/** Waits for what others wait for too: one that goes away leaves the rest alone. */
function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason)
    if (signal.aborted) leave()
    signal.addEventListener('abort', leave, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}
