import { type BoundaryCode, ConnectorBoundaryError, type ErrorParam } from './errors.ts'

/** Ends a call, or the making of a client, before anything is sent. */
export type Refuse = (code: BoundaryCode, what: string, params?: readonly ErrorParam[]) => never

/** The refusals of one call. */
export function createRefuse(permalink: string | undefined): Refuse {
  return (code, what, params = []) => {
    throw new ConnectorBoundaryError(what, { permalink }, { code, params })
  }
}

/** By an option's name, how to read it; an error, `false` or nothing says that the value is none for it. */
export type OptionReaders = Readonly<Record<string, (value: unknown) => unknown>>

/** What other clients call our options. */
const aliases: Readonly<Record<string, string>> = { body: 'payload' }

/**
 * Reads options; unknown and wrong ones are refused by name.
 *
 * @returns own values alone, under no prototype: what was checked is what is used
 */
export function readOptions(
  input: unknown,
  readers: OptionReaders,
  refuse: Refuse,
): Readonly<Record<string, unknown>> {
  const options: Record<string, unknown> = { __proto__: null }
  for (const [name, value] of Object.entries(Object(input))) {
    const read = ownValue(readers, name)
    if (!read) {
      const hint = suggest(ownValue(aliases, name) ?? name, Object.keys(readers))
      refuse('UNKNOWN_OPTION', name + hint, [name])
    }
    if (value === undefined) continue
    try {
      options[name] = read(value)
    } catch {
      // Refused below, with a message of ours.
    }
    if (!options[name] && options[name] !== 0) refuse('INVALID_OPTION', name, [name])
  }
  return options
}

/** The built-in tag of a value: unlike `instanceof` it is the same for values from an iframe. */
export function tagOf(value: unknown): string {
  return {}.toString.call(value).slice(8, -1)
}

/** Whether the value is an object of keys and values, not a `Map`, a `URLSearchParams` or a list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return tagOf(value) === 'Object'
}

/** The own value of a table whose keys may be anything, `__proto__` and `constructor` included. */
export function ownValue<T>(table: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return table && Object.hasOwn(table, key) ? table[key] : undefined
}

/** The known name that is the same but for its case. */
export function findName(name: string, known: readonly string[]): string | undefined {
  return known.find((other) => other.toLowerCase() === name.toLowerCase())
}

/** In words, the known name that a wrong one was probably meant to be. */
export function suggest(name: string, known: readonly string[]): string {
  const meant = findName(name, known)
  return meant ? `: did you mean \`${meant}\`?` : ''
}
