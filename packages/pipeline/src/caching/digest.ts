import type { Hmac } from 'node:crypto'

/** Digests lists of texts, length-prefixed, so that no two of them make the same input. */
export function digestParts(hmac: Hmac, groups: readonly (readonly string[])[]): string {
  // One text, one update: each costs more than what it hashes.
  let text = ''
  for (const parts of groups) {
    text += `${parts.length};`
    for (const part of parts) text += `${Buffer.byteLength(part)}:${part}`
  }
  return hmac.update(text).digest('base64url')
}
