import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import type { KeyRing } from './key-ring.ts'

/**
 * A key for one purpose that all processes with the same ring have, derived from its first key (RFC 5869). With a
 * new first key it is another: what lies under the old one is then not found any more.
 */
export function sharedKey({ current }: KeyRing, purpose: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', current.key, '', `sluice ${purpose}`, 32)))
}
