import type { ManifestConstraints } from './types.ts'

/**
 * The rule that a value breaks, by the name it has in the definition: whether it can be sent at all, and the
 * closed lists. Types, ranges, lengths, patterns and how often a key may be sent are checked by the proxy alone: every page would load them.
 */
export function brokenRule(value: unknown, rules: ManifestConstraints | undefined): string | undefined {
  // Text, a truth value, or a number that JSON has.
  if (!/^(st|bo)/.test(typeof value) && !Number.isFinite(value)) return 'type'
  return rules?.enum?.every((one) => `${one}` !== `${value}`) ? 'enum' : undefined
}
