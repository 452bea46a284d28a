import { createSecretKey } from 'node:crypto'
import type { Clock } from '@sluice/pipeline'
import { createRemoteJWKSet, customFetch, type JWKSCacheInput, type JWTVerifyGetKey, jwksCache } from 'jose'
import type { FetchKeySet } from './fetch-key-set.ts'
import { createPacedKeySet } from './paced-key-set.ts'

/** Where the keys of one issuer come from. */
export type KeySettings =
  /** HS256. At least 32 bytes (RFC 7518 §3.2). */
  | { readonly secret: Uint8Array }
  /** A JSON Web Key Set; asymmetric algorithms only. */
  | { readonly jwksUrl: URL }

/** Keys of one issuer, and the algorithms that they may be used with. */
export interface KeySource {
  readonly algorithms: readonly string[]
  readonly getKey: JWTVerifyGetKey
  /** Changes when the key set does: what was verified with an older one has to be verified again. */
  generation(): number
}

/**
 * Never a symmetric algorithm beside a public key: whoever has the public key could sign with it as a secret
 * (RFC 8725 §2.1, §3.1).
 */
const asymmetricAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]

const minSecretBytes = 32

/** After this long a key set is fetched again in the background: a withdrawn key is not honoured for longer. */
const refreshAfterMs = 5 * 60_000
/** A key set that could not be fetched again for this long is not trusted any more. */
const maxAgeMs = 60 * 60_000
const refreshPauseMs = 30_000

/** What a key source needs from outside. */
export interface KeySourceOptions {
  readonly clock: Clock
  readonly fetch: FetchKeySet
}

/**
 * Creates the source of an issuer's keys.
 *
 * @throws Error where a secret is shorter than 32 bytes.
 */
export function createKeySource(settings: KeySettings, options: KeySourceOptions): KeySource {
  return 'secret' in settings ? secretSource(settings.secret) : jwksSource(settings.jwksUrl, options)
}

function secretSource(secret: Uint8Array): KeySource {
  if (secret.byteLength < minSecretBytes) throw new Error('A session secret must have at least 32 bytes')
  const key = createSecretKey(secret)
  return { algorithms: ['HS256'], getKey: () => key, generation: () => 0 }
}

function jwksSource(url: URL, options: KeySourceOptions): KeySource {
  const cache: JWKSCacheInput = {}
  const readKeySet = createPacedKeySet(url, options)
  const keys = createRemoteJWKSet(url, {
    cacheMaxAge: maxAgeMs,
    [jwksCache]: cache,
    [customFetch]: async () => new Response(await readKeySet()),
  })
  let triedMs = 0
  let seen: unknown
  let text: string | undefined
  let generation = 0

  function refreshInBackground(): void {
    const nowMs = options.clock.now()
    if (!('uat' in cache) || nowMs - cache.uat < refreshAfterMs || nowMs - triedMs < refreshPauseMs) return
    triedMs = nowMs
    // What is known goes on being used until it is too old: an outage of the issuer is not one of the proxy.
    keys.reload().catch(() => undefined)
  }

  return {
    algorithms: asymmetricAlgorithms,
    getKey: keys,
    generation() {
      refreshInBackground()
      if (cache.jwks === seen) return generation
      seen = cache.jwks
      const next = JSON.stringify(seen)
      if (next !== text) generation += 1
      text = next
      return generation
    },
  }
}
