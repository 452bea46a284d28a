type PlainObject = Readonly<Record<string, unknown>>

/**
 * A tenant with what it inherits: `secrets`, `variables` and other objects merge by key; under one key the tenant's
 * value takes the place of the inherited one whole, and so does a list.
 */
export function inherit(defaults: PlainObject, own: PlainObject): PlainObject {
  return merge(defaults, own, (inherited, value) =>
    isPlainObject(inherited) && isPlainObject(value) ? merge(inherited, value, (_, inner) => inner) : value,
  )
}

function merge(
  inherited: PlainObject,
  own: PlainObject,
  combine: (inherited: unknown, own: unknown) => unknown,
): PlainObject {
  const combined = Object.entries(own).map(([key, value]) => [
    key,
    Object.hasOwn(inherited, key) ? combine(inherited[key], value) : value,
  ])
  // Entries are defined, never assigned: `__proto__` is a key like any other.
  return Object.fromEntries([...Object.entries(inherited), ...combined])
}

/** Whether a value of parsed JSON is an object. */
export function isPlainObject(value: unknown): value is PlainObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
