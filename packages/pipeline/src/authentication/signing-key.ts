/** Keys that JWTs are signed with: read once, then remembered as key objects by their hash, for a minute at most. */
import { createPrivateKey, createSecretKey, hash, type KeyObject } from 'node:crypto'
import type { SignatureAlgorithm } from '@sluice/connector-schema'
import { createTenantMemory } from '../memory/tenant-memory.ts'
import { mendPem } from './mend-pem.ts'

/** A key that cannot sign. Its message is ours: what a parser says quotes its input. */
export class SigningKeyError extends Error {
  override readonly name = 'SigningKeyError'
}

/** Key objects of one process. Reading a PEM costs as much as signing with it. */
export interface SigningKeys {
  /**
   * The key of a text, read once.
   *
   * @throws SigningKeyError
   */
  get(tenantId: string, text: string, algorithm: SignatureAlgorithm): KeyObject
  /** Forgets everything of a tenant: one of its secrets has changed. */
  forget(tenantId: string): void
}

const maxKeys = 1000
/** Imported keys stay in memory no longer (spec/04). */
const lifetimeMs = 60_000

/** A call that began before a secret changed may sign so long after it (spec/09: a whole exchange). */
const longestCallMs = 60_000

/**
 * Creates the signing keys of a process.
 *
 * @param ttlMs - how long a key is remembered
 * @param monotonicMs - a clock that is never set back
 */
export function createSigningKeys(
  ttlMs = lifetimeMs,
  monotonicMs: () => number = () => performance.now(),
): SigningKeys {
  const keys = createTenantMemory<KeyObject>({ maxEntries: maxKeys, ttlMs })
  /** Until when a key of a tenant may be that of a secret that has changed: it is read, and not remembered. */
  const changedUntilMs = new Map<string, number>()

  function mayBeOld(tenantId: string): boolean {
    const untilMs = changedUntilMs.get(tenantId)
    if (untilMs === undefined || monotonicMs() < untilMs) return untilMs !== undefined
    changedUntilMs.delete(tenantId)
    return false
  }

  return {
    get(tenantId, text, algorithm) {
      const id = hash('sha256', `${algorithm}:${text}`, 'base64url')
      const known = keys.get(tenantId, id)
      if (known !== undefined) return known
      const key = importSigningKey(text, algorithm)
      if (!mayBeOld(tenantId)) keys.set({ tenantId, key: id }, key)
      return key
    },
    forget(tenantId) {
      keys.forget(tenantId)
      changedUntilMs.set(tenantId, monotonicMs() + longestCallMs)
    },
  }
}

/**
 * The key of a text: PEM (PKCS#8, PKCS#1, SEC1), the JSON of a JWK (RFC 7517), or for HS… the secret itself.
 *
 * @throws SigningKeyError where it is no private key, or does not fit the algorithm
 */
export function importSigningKey(text: string, algorithm: SignatureAlgorithm): KeyObject {
  return algorithm.startsWith('HS') ? readSecret(text, algorithm) : readPrivateKey(text, algorithm)
}

function readSecret(text: string, algorithm: SignatureAlgorithm): KeyObject {
  if (text === '') throw new SigningKeyError('the key is empty')
  refuseKeyFile(text)
  // A key pair's half is no shared secret: signing with it would be the classic confusion of algorithms.
  if (text.includes('-----BEGIN')) throw new SigningKeyError(`a PEM does not fit ${algorithm}`)
  const jwk = readJwk(text, algorithm)
  if (jwk === undefined) return createSecretKey(text, 'utf8')
  // RFC 7518 §6.4.1
  const bytes = jwk.kty === 'oct' && typeof jwk.k === 'string' ? Buffer.from(jwk.k, 'base64url') : undefined
  if (bytes === undefined || bytes.byteLength === 0)
    throw new SigningKeyError(`the JWK does not fit ${algorithm}`)
  return createSecretKey(bytes)
}

function readPrivateKey(text: string, algorithm: SignatureAlgorithm): KeyObject {
  refuseKeyFile(text)
  const jwk = readJwk(text, algorithm)
  const pem = mendPem(text)
  if (jwk === undefined && !/-----BEGIN (?:RSA |EC )?PRIVATE KEY-----/.test(pem)) {
    throw new SigningKeyError('the key is neither a private key in PEM (unencrypted) nor a JWK')
  }
  const key = parsePrivateKey(jwk === undefined ? pem : { key: jwk, format: 'jwk' })
  if (!fits(key, algorithm)) throw new SigningKeyError(`the key does not fit ${algorithm}`)
  return key
}

function parsePrivateKey(source: Parameters<typeof createPrivateKey>[0]): KeyObject {
  try {
    return createPrivateKey(source)
  } catch {
    throw new SigningKeyError('the private key is malformed')
  }
}

/** RFC 7518 §3.3 to §3.5, RFC 8037 §3.1. */
function fits(
  { asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject,
  algorithm: string,
): boolean {
  switch (algorithm.slice(0, 2)) {
    case 'RS':
    case 'PS':
      return type === 'rsa' && (details?.modulusLength ?? 0) >= 2048
    case 'ES':
      return type === 'ec' && details?.namedCurve === curves[algorithm]
    default:
      return type === 'ed25519'
  }
}

const curves: Readonly<Record<string, string>> = {
  ES256: 'prime256v1',
  ES384: 'secp384r1',
  ES512: 'secp521r1',
}

/** The members of a JWK, or `undefined` where the text is none. */
function readJwk(text: string, algorithm: SignatureAlgorithm): Record<string, unknown> | undefined {
  const jwk = parseObject(text)
  if (jwk === undefined || !Object.hasOwn(jwk, 'kty')) return undefined
  // RFC 7517 §4.2 to §4.4: a key may say what it is for.
  const { alg = algorithm, use = 'sig', key_ops: operations = ['sign'] } = jwk
  const maySign = use === 'sig' && Array.isArray(operations) && operations.includes('sign')
  if (alg !== algorithm || !maySign) throw new SigningKeyError(`the JWK is not for signing with ${algorithm}`)
  return jwk
}

/** Files that hold a key and are none: people store them whole. */
function refuseKeyFile(text: string): void {
  const file = parseObject(text)
  if (file === undefined || Object.hasOwn(file, 'kty')) return
  // guard: no-whole-key-files (mend-pem.test.ts)
  if (file.type === 'service_account' || isPem(file.private_key)) {
    const member = 'store the value of its member `private_key` alone'
    throw new SigningKeyError(`the secret is a whole service-account file in JSON; ${member}`)
  }
  if (Array.isArray(file.keys))
    throw new SigningKeyError('the secret is a set of JWKs; store one key of it alone')
}

function isPem(value: unknown): boolean {
  return typeof value === 'string' && value.includes('-----BEGIN')
}

function parseObject(text: string): Record<string, unknown> | undefined {
  if (!text.trimStart().startsWith('{')) return undefined
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return undefined
  }
}
