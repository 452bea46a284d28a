import { type DefinitionIssue, formatPath } from '../issue.ts'
import { isPlainObject } from './inherit.ts'

/** Gives the text of an environment variable; `undefined` where it is not set. */
export type LookUpVariable = (name: string) => string | undefined

/** A value with its variables replaced, and those that are not set. */
export interface Expanded {
  readonly value: unknown
  readonly errors: readonly DefinitionIssue[]
}

const reference = /\$\$|\$\{(?:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\})?/g

/**
 * Replaces `${NAME}` and `${NAME:-text}` in the strings of a configuration, once: what a variable gives is not read
 * again. `$$` is a `$`. Keys, and all within `registries` and `secrets`, stay as they are: a template may hold `${`,
 * and no variable of a machine decides where a secret lies or goes.
 */
export function expandEnvironment(input: unknown, lookUp: LookUpVariable): Expanded {
  const errors: DefinitionIssue[] = []
  const expand = (value: unknown, path: readonly PropertyKey[]): unknown => {
    if (typeof value === 'string') {
      return expandText(value, lookUp, (message) =>
        errors.push({ path: formatPath(path), code: 'INVALID_VALUE', message }),
      )
    }
    if (Array.isArray(value)) return value.map((item, index) => expand(item, [...path, index]))
    if (!isPlainObject(value)) return value
    const entries = Object.entries(value).map(([key, item]) => [
      key,
      literalKeys.has(key) ? item : expand(item, [...path, key]),
    ])
    return Object.fromEntries(entries)
  }
  return { value: expand(input, []), errors }
}

function expandText(text: string, lookUp: LookUpVariable, refuse: (message: string) => void): string {
  return text.replace(reference, (found: string, name?: string, fallback?: string) => {
    if (found === '$$') return '$'
    if (name === undefined) {
      refuse(`A variable is written as \${NAME} or \${NAME:-text}; write $$ for a $`)
      return ''
    }
    const given = lookUp(name)
    // As in a shell, `:-` also takes the place of an empty text.
    if (fallback !== undefined && (given === undefined || given === '')) return fallback
    if (given === undefined)
      refuse(`The environment variable ${name} is not set; set it, or write \${${name}:-text}`)
    return given ?? ''
  })
}

const literalKeys: ReadonlySet<string> = new Set(['registries', 'secrets', '$schema'])
