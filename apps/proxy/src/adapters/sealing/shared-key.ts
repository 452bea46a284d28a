import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import type { KeyRing, RingKey } from './key-ring.ts'

/**
 * A key for one purpose that all processes with the same ring have, derived from its first key (RFC 5869). With a
 * new first key it is another: what lies under the old one is then not found any more.
 */
export function sharedKey({ current }: KeyRing, purpose: string): KeyObject {
  return derivedKey(current, purpose)
}

/** The keys for one purpose of every key of a ring, the current one first: processes with rings that overlap have one in common. */
export function sharedKeys({ keys }: KeyRing, purpose: string): readonly KeyObject[] {
  return keys.map((key) => derivedKey(key, purpose))
}

function derivedKey({ key }: RingKey, purpose: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', key, '', `sluice ${purpose}`, 32)))
}
