import type { ManifestConstraints } from './types.ts'

const patterns: Readonly<Record<string, RegExp>> = {
  integer: /^-?\d+$/,
  number: /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i,
  boolean: /^(true|false)$/,
}

/**
 * The first rule that a value breaks, by the name it has in the definition. A `pattern` is not checked here:
 * its RE2 syntax is not the browser's.
 */
export function brokenRule(value: unknown, rules: ManifestConstraints): string | undefined {
  if (!/^(string|boolean)$/.test(typeof value) && !Number.isFinite(value)) return 'type'
  const text = String(value)
  const { length } = [...text]
  const isBroken = {
    type: patterns[rules.type ?? '']?.test(text) === false,
    enum: rules.enum?.every((allowed) => String(allowed) !== text),
    // A comparison with `undefined` is false: a rule that is not there is not broken.
    minimum: Number(text) < (rules.minimum as number),
    maximum: Number(text) > (rules.maximum as number),
    min_length: length < (rules.min_length as number),
    max_length: length > (rules.max_length as number),
  }
  return Object.entries(isBroken).find(([, broken]) => broken)?.[0]
}
