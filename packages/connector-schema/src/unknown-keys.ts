import leven from 'leven'
import type * as z from 'zod'
import { type DefinitionIssue, formatPath } from './issue.ts'

/**
 * Takes the keys that zod did not recognise out of a value, and gives a warning for each.
 *
 * @param input - the value as it was read; it is not changed
 * @param issues - what zod's strict objects complained of
 */
export function withoutUnknownKeys(
  input: unknown,
  issues: readonly z.core.$ZodIssue[],
  hintsAt: (path: readonly PropertyKey[]) => (key: string) => string,
): { readonly value: unknown; readonly warnings: readonly DefinitionIssue[] } {
  const unrecognised = issues.filter((issue) => issue.code === 'unrecognized_keys')
  if (unrecognised.length === 0) return { value: input, warnings: [] }
  const value = structuredClone(input)
  const warnings: DefinitionIssue[] = []
  for (const issue of unrecognised) {
    const holder = descend(value, issue.path)
    const hint = hintsAt(issue.path)
    for (const key of issue.keys) {
      delete holder[key]
      warnings.push({
        path: formatPath([...issue.path, key]),
        code: 'UNKNOWN_KEY',
        message: hint(key),
      })
    }
  }
  return { value, warnings }
}

/** Keys that had another name before: no likeness leads from one to the other. */
const renamed: ReadonlyMap<string, string> = new Map([['on_echo', 'on_secret_in_response']])

/** What to say of an unknown key. */
export function unknownKey(key: string, known: readonly string[]): string {
  const now = renamed.get(key)
  if (now !== undefined && known.includes(now)) return `Unknown key \`${key}\`: it is now called \`${now}\``
  return `Unknown key \`${key}\`${suggestion(key, known) || '; remove it'}`
}

function descend(value: unknown, path: readonly PropertyKey[]): Record<string, unknown> {
  let holder = value as Record<PropertyKey, unknown>
  for (const part of path) holder = holder[part] as Record<PropertyKey, unknown>
  return holder
}

/** However a word is joined, and in the singular. */
function fold(word: string): string {
  return word.toLowerCase().replace(/[_-]/g, '').replace(/s$/, '')
}

/** `: did you mean …?` for the nearest of the known words, or nothing where none is near. */
export function suggestion(word: string, known: readonly string[]): string {
  let nearest = ''
  let nearestDistance = Math.max(2, Math.floor(word.length / 3)) + 1
  const folded = fold(word)
  for (const candidate of known) {
    const other = fold(candidate)
    // `pathParams` is how most people shorten `path_parameters`.
    const isShortened = folded.length > 4 && other.startsWith(folded)
    const distance = isShortened ? 0 : leven(folded, other)
    if (distance < nearestDistance) {
      nearest = candidate
      nearestDistance = distance
    }
  }
  return nearest === '' ? '' : `: did you mean \`${nearest}\`?`
}
