/** RFC 7468 §2 */
const lineLength = 64

/** The label of a private key, also where its spaces were lost. */
const block =
  /-----\s*BEGIN\s*(RSA|EC|ENCRYPTED|OPENSSH)?\s*PRIVATE\s*KEY\s*-----(.*?)-----\s*END\s*(?:RSA|EC|ENCRYPTED|OPENSSH)?\s*PRIVATE\s*KEY\s*-----/s

/**
 * The private key of a PEM whose line breaks were lost on their way through an environment, a form or a JSON file:
 * written as `\n`, replaced by spaces, left out, doubled, or indented. What is not in doubt is written as RFC 7468 has
 * it; any other text is given back as it is, for the parser to judge.
 */
export function mendPem(text: string): string {
  // Base64 has no backslash: one followed by a letter was a line break once.
  const broken = text.replace(/\\+[rnt]/g, '\n')
  const found = block.exec(broken)
  if (found === null) return text
  const [, kind, inner = ''] = found
  const base64 = inner.replace(/\s+/g, '')
  // A header such as `Proc-Type` (RFC 1421) belongs to an encrypted key, and its line breaks mean something.
  // guard: keys-with-headers-as-they-are
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return broken
  const label = kind === undefined ? 'PRIVATE KEY' : `${kind} PRIVATE KEY`
  const lines = base64.match(new RegExp(`.{1,${lineLength}}`, 'g')) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}
