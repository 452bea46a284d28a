/** A whole number in a range, or what to tell the client. */
export type WholeNumber =
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly message: string }

interface Range {
  readonly minimum: number
  readonly maximum: number
  readonly otherwise: number
}

/** Reads a query parameter that must be a whole number; an absent or empty one takes `otherwise`. */
export function wholeNumber(text: string | undefined, { minimum, maximum, otherwise }: Range): WholeNumber {
  if (text === undefined || text === '') return { ok: true, value: otherwise }
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (value >= minimum && value <= maximum) return { ok: true, value }
  return { ok: false, message: `must be a whole number from ${minimum} to ${maximum}` }
}
