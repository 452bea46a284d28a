/**
 * How a secret could show itself: as it is, JSON-, percent- and HTML-escaped, in hex, and in Base64 at all three
 * alignments (without the characters that depend on its neighbours).
 */
export function secretForms(secret: string): readonly string[] {
  const bytes = Buffer.from(secret)
  const forms = new Set([
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;'),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
  ])
  for (const shift of [0, 1, 2]) {
    const padded = Buffer.concat([Buffer.alloc(shift), bytes])
    const encoded = padded.subarray(0, padded.length - (padded.length % 3)).toString('base64')
    const own = encoded.slice(shift === 0 ? 0 : 4)
    forms.add(own).add(own.replaceAll('+', '-').replaceAll('/', '_'))
  }
  return [...forms]
}
