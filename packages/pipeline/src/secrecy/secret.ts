const values = new WeakMap<Secret, string>()

/**
 * A secret's value, opaque: printing, JSON, `util.inspect` and string concatenation all give `•••`.
 * `expose()` is called in stage 3, in authentication and in the echo scan, nowhere else.
 */
export class Secret {
  constructor(value: string) {
    values.set(this, value)
    Object.freeze(this)
  }

  /** The value itself. Whatever receives it must travel beside its masked twin. */
  expose(): string {
    return values.get(this) ?? ''
  }

  toString(): string {
    return masked
  }

  toJSON(): string {
    return masked
  }

  [Symbol.toPrimitive](): string {
    return masked
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return masked
  }
}

/** What stands for a secret wherever people look. */
export const masked = '•••'
