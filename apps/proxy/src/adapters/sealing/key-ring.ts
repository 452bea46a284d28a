import { createSecretKey, type KeyObject } from 'node:crypto'

/** One key of the ring and the id that is stored beside everything it encrypts. */
export interface RingKey {
  readonly id: string
  /** AES-256. */
  readonly key: KeyObject
}

/** The keys that things at rest are encrypted with: the first encrypts, all decrypt. */
export interface KeyRing {
  readonly current: RingKey
  /** Every key, the current one first. */
  readonly keys: readonly RingKey[]
  get(id: string): KeyObject | undefined
}

const keyBytes = 32
const keyId = /^[A-Za-z0-9._-]{1,64}$/
// RFC 4648 §4, of exactly 32 bytes.
const encodedKey = /^[A-Za-z0-9+/]{43}=$/

/**
 * Reads a key ring written as `id:base64,id:base64`.
 *
 * @throws Error that says which entry is wrong by its place, and never what stands there.
 */
export function parseKeyRing(text: string): KeyRing {
  const keys = text.split(',').map((entry, index) => parseEntry(entry.trim(), index + 1))
  const byId = new Map(keys.map(({ id, key }) => [id, key]))
  const [current] = keys
  if (current === undefined || byId.size < keys.length) throw new Error('has the same key id twice')
  return { current, keys, get: (id) => byId.get(id) }
}

function parseEntry(entry: string, place: number): RingKey {
  const colon = entry.indexOf(':')
  const id = entry.slice(0, Math.max(colon, 0))
  const encoded = entry.slice(colon + 1)
  if (!keyId.test(id)) throw new Error(`has no key id of letters, digits and . _ - in entry ${place}`)
  const bytes = Buffer.from(encoded, 'base64')
  if (!encodedKey.test(encoded) || bytes.byteLength !== keyBytes) {
    throw new Error(`must be the base64 of ${keyBytes} bytes in entry ${place}`)
  }
  const key = createSecretKey(bytes)
  bytes.fill(0)
  return { id, key }
}
