import type { Hmac } from 'node:crypto'

/** Digests lists of texts, length-prefixed, so that no two of them make the same input. */
export function digestParts(hmac: Hmac, groups: readonly (readonly string[])[]): string {
  for (const parts of groups) {
    hmac.update(`${parts.length};`)
    for (const part of parts) hmac.update(`${Buffer.byteLength(part)}:${part}`)
  }
  return hmac.digest('base64url')
}
