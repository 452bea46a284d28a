/**
 * A text and its masked twin. Where no secret is involved both are the same string. The debug view, logs and
 * errors only ever read `masked`.
 */
export interface MaskedText {
  readonly real: string
  readonly masked: string
}

/** A twin of a text that bears no secret. */
export function plain(text: string): MaskedText {
  return { real: text, masked: text }
}

/** Whether the text bears a secret. */
export function bearsSecret(twin: MaskedText): boolean {
  return twin.real !== twin.masked
}
