/**
 * Encryption of what lies outside this process: AES-256-GCM with a fresh nonce, the key's id beside the text.
 *
 *   format (1 byte) · length of the key's id (1) · key's id · nonce (12) · tag (16) · ciphertext
 */
import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto'
import type { KeyRing } from './key-ring.ts'

/** Seals values to the place where they lie, so that one copied elsewhere does not open. */
export interface Sealing {
  /** @param aad what the value is bound to; recomputed for opening, never stored. See `associatedData`. */
  seal(plain: Uint8Array, aad: Uint8Array): Uint8Array
  /** `undefined` for whatever was not sealed under this associated data by a key of the ring. Never throws. */
  open(sealed: Uint8Array, aad: Uint8Array): Uint8Array | undefined
}

const algorithm = 'aes-256-gcm'
const format = 1
// NIST SP 800-38D §8.2.2, §8.3: random nonces of 96 bits are good for 2^32 values under one key.
const nonceBytes = 12
const tagBytes = 16

/** Creates the sealing of a process. */
export function createSealing(ring: KeyRing): Sealing {
  return {
    seal(plain, aad) {
      const { id, key } = ring.current
      const header = headerOf(id)
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
      cipher.setAAD(Buffer.concat([header, aad]))
      const text = cipher.update(plain)
      const end = cipher.final()
      return Buffer.concat([header, nonce, cipher.getAuthTag(), text, end])
    },
    open(sealed, aad) {
      const parts = partsOf(sealed)
      const key = parts && ring.get(parts.id)
      return parts && key && decrypt(parts, key, aad)
    },
  }
}

/**
 * What a value is bound to, e.g. its tenant, name and version: length-prefixed, so that no two lists of parts
 * give the same bytes.
 */
export function associatedData(parts: readonly string[]): Uint8Array {
  const written = parts.map((part) => {
    const bytes = Buffer.from(part, 'utf8')
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.byteLength)
    return Buffer.concat([length, bytes])
  })
  return Buffer.concat(written)
}

interface Parts {
  readonly header: Uint8Array
  readonly id: string
  readonly nonce: Uint8Array
  readonly tag: Uint8Array
  readonly text: Uint8Array
}

function headerOf(id: string): Buffer {
  return Buffer.concat([Buffer.from([format, id.length]), Buffer.from(id, 'latin1')])
}

function partsOf(sealed: Uint8Array): Parts | undefined {
  const headerEnd = 2 + (sealed[1] ?? 0)
  const nonceEnd = headerEnd + nonceBytes
  const tagEnd = nonceEnd + tagBytes
  if (sealed[0] !== format || sealed.byteLength < tagEnd) return undefined
  return {
    header: sealed.subarray(0, headerEnd),
    id: Buffer.from(sealed.subarray(2, headerEnd)).toString('latin1'),
    nonce: sealed.subarray(headerEnd, nonceEnd),
    tag: sealed.subarray(nonceEnd, tagEnd),
    text: sealed.subarray(tagEnd),
  }
}

function decrypt(
  { header, nonce, tag, text }: Parts,
  key: KeyObject,
  aad: Uint8Array,
): Uint8Array | undefined {
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
  decipher.setAAD(Buffer.concat([header, aad]))
  decipher.setAuthTag(tag)
  const plain = decipher.update(text)
  try {
    return Buffer.concat([plain, decipher.final()])
  } catch {
    // The tag does not fit: another key, another place, or a changed value. There is nothing more to tell.
    return undefined
  }
}
