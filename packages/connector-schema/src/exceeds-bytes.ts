/** Whether a text is longer than so many bytes in UTF-8; with what Node and browsers both have. */
export function exceedsBytes(text: string, maxBytes: number): boolean {
  // A UTF-16 unit is one to three bytes of UTF-8, so most texts need no encoding.
  if (text.length > maxBytes) return true
  if (text.length * 3 <= maxBytes) return false
  return new TextEncoder().encode(text).length > maxBytes
}
