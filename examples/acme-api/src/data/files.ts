/** The largest file that Acme makes up, in bytes. */
export const maxFileBytes = 10 * 1024 * 1024

/**
 * The bytes of a file: a function of its name and length alone, so that a client can be checked byte for byte
 * without a fixture. Every byte value occurs, so that a text decoder on the way would show.
 */
export function fileBytes(name: string, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  let state = seedOf(name)
  for (let index = 0; index < length; index++) {
    // xorshift32 (Marsaglia, 2003): fast, and plenty for bytes that only need to differ.
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    bytes[index] = state & 0xff
  }
  return bytes
}

// FNV-1a; xorshift needs a seed that is not zero.
function seedOf(name: string): number {
  let seed = 0x811c9dc5
  for (const byte of Buffer.from(name)) seed = Math.imul(seed ^ byte, 0x01000193)
  return seed === 0 ? 1 : seed
}
