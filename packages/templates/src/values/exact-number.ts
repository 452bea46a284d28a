declare global {
  interface JSON {
    /** ES2026: text that `JSON.stringify` writes as it is. */
    rawJSON(text: string): object
  }
}

/**
 * A number that JavaScript would write with other digits than it came with, such as `9007199254740993`, `1.10` or
 * `1e400`. Whatever compares by size sees the nearest double, whatever writes it the digits.
 */
export class ExactNumber {
  // Private, so that no template can reach it as a property.
  readonly #digits: string

  /** @param digits - a number as JSON writes it */
  constructor(digits: string) {
    this.#digits = digits
  }

  valueOf(): number {
    return Number(this.#digits)
  }

  toString(): string {
    return this.#digits
  }

  toJSON(): object {
    return JSON.rawJSON(this.#digits)
  }
}

/** A number as JSON writes it, so that it is written with the same digits again. */
export function numberFrom(digits: string): number | ExactNumber {
  const number = Number(digits)
  return String(number) === digits ? number : new ExactNumber(digits)
}

/** Whether a value is a number, whichever way it is kept. */
export function isNumeric(value: unknown): value is number | ExactNumber {
  return typeof value === 'number' || value instanceof ExactNumber
}

/** Whether two numbers are the same number: `1.10` and `1.1`, not `9007199254740993` and `9007199254740992`. */
export function isSameNumber(one: number | ExactNumber, other: number | ExactNumber): boolean {
  if (typeof one === 'number' && typeof other === 'number') return one === other
  return canonicalNumber(one) === canonicalNumber(other)
}

/** The same text for every way to write one number. */
export function canonicalNumber(value: number | ExactNumber): string {
  const [mantissa = '', exponent = '0'] = String(value).toLowerCase().split('e')
  const isNegative = mantissa.startsWith('-')
  const [whole = '', fraction = ''] = (isNegative ? mantissa.slice(1) : mantissa).split('.')
  const digits = whole + fraction
  let begin = 0
  while (digits[begin] === '0') begin += 1
  if (begin === digits.length) return '0'
  let end = digits.length
  while (digits[end - 1] === '0') end -= 1
  const power = BigInt(exponent) - BigInt(fraction.length - (digits.length - end))
  return `${isNegative ? '-' : ''}${digits.slice(begin, end)}e${power}`
}

/** The double that is the same number; nothing where there is none. */
export function exactDouble(value: ExactNumber): number | undefined {
  const double = value.valueOf()
  return Number.isFinite(double) && isSameNumber(value, double) ? double : undefined
}
