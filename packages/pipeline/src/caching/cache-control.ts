import { type HeaderList, headerValue } from '../messages/header-list.ts'

/** One directive of `Cache-Control`, every value that was given for it. */
export type Directives = ReadonlyMap<string, readonly (string | undefined)[]>

// RFC 9111 §5.2: a token, or a token and `=` and a token or a quoted string, with no space around the `=`.
// What is neither is kept under its whole text, as a directive that nobody knows.
const directive = /^([^=\s"]+)(?:=("(?:[^"\\]|\\.)*"|[^\s"]*))?$/

/** Parses `Cache-Control`, repeats of the field joined; `undefined` where it is absent. */
export function cacheDirectives(headers: HeaderList): Directives | undefined {
  const text = headerValue(headers, 'cache-control')
  if (text === undefined) return undefined
  const directives = new Map<string, (string | undefined)[]>()
  for (const part of members(text)) {
    const trimmed = part.trim()
    if (trimmed === '') continue
    const [, name, value] = directive.exec(trimmed) ?? [trimmed, malformed(trimmed), '']
    const key = (name ?? trimmed).toLowerCase()
    const values = directives.get(key)
    const given = value === undefined ? undefined : unquoted(value)
    if (values === undefined) directives.set(key, [given])
    else values.push(given)
  }
  return directives
}

/** Split at the commas outside quoted strings; after a quote that nothing closes, at every comma. */
function members(text: string): readonly string[] {
  const found: string[] = []
  let [start, quoted] = [0, false]
  for (let index = 0; index < text.length; index++) {
    const character = text[index]
    if (character === '"') quoted = !quoted
    else if (quoted && character === '\\') index++
    else if (!quoted && character === ',') {
      found.push(text.slice(start, index))
      start = index + 1
    }
  }
  const rest = text.slice(start)
  return quoted ? [...found, ...rest.split(',')] : [...found, rest]
}

/** `max-age = 60` is not `max-age=60`, but it is no lifetime either: it counts as one that cannot be read. */
function malformed(text: string): string {
  return /^[^=\s"]+/.exec(text)?.[0] ?? text
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value
}

/** Far beyond every lifetime that means anything, and what RFC 9111 §1.2.2 makes of larger numbers. */
const longestSeconds = 2 ** 31

/** Seconds as RFC 9111 §1.2.2 writes them; `undefined` for anything else. */
export function deltaSeconds(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9]+$/.test(text) ? Math.min(Number(text), longestSeconds) : undefined
}

/** A directive's seconds where it stands once and can be read. */
export function secondsOf(directives: Directives | undefined, name: string): number | undefined {
  const values = directives?.get(name)
  return values?.length === 1 ? deltaSeconds(values[0]) : undefined
}

/**
 * Whether a lifetime is given twice or cannot be read: what an API says that contradicts itself is not relied
 * on (RFC 9111 §4.2.1).
 */
export function contradictsItself(directives: Directives): boolean {
  return ['max-age', 's-maxage'].some(
    (name) => directives.has(name) && secondsOf(directives, name) === undefined,
  )
}
