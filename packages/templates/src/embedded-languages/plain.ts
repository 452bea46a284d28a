import { RenderFailure } from '../evaluate/render-error.ts'
import { type Meter, toText } from '../positions/escaping/escape.ts'
import type { TextAutomaton } from './language.ts'

/** `| plain`: letters, digits and what no language takes for a sign or a space; anything else fails the render. */
export function requirePlain(value: unknown, meter: Meter): string {
  const text = requireOne(value, meter, 'plain')
  if (/^[A-Za-z0-9@._-]*$/.test(text)) return text
  throw new RenderFailure(
    'place',
    'plain lets only letters, digits and @ . _ - through: end with the filter of the language, which quotes any text.',
  )
}

// RFC 8259 §6.
const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** `| number`: a JSON number, with the digits it came with. */
export function requireNumber(value: unknown, meter: Meter): string {
  const text = requireOne(value, meter, 'number')
  if (jsonNumber.test(text)) return text
  throw new RenderFailure('place', 'number lets only a JSON number through, such as -3 or 1.5.')
}

function requireOne(value: unknown, meter: Meter, name: string): string {
  if (Array.isArray(value)) {
    throw new RenderFailure('filter', `${name} takes one value, not a list: write it in a {% for %}.`)
  }
  const text = toText(value, meter)
  meter.use(text.length)
  return text
}

const operatorSign = /[=~<>]/
const operatorWords: ReadonlySet<string> = new Set(
  ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'in', 'is', 'was', 'like', 'not', 'contains'].flatMap((word) => [
    word,
    word.toUpperCase(),
  ]),
)
const longestWord = 'contains'.length

/** What `operandPlace` calls the place right behind an operator, outside of quotes. */
export const operand = 'operand'

/**
 * Finds where a value is an operand without quotes, in any language: there even a word that is plain can be a name or a
 * keyword (`reporter = EMPTY`).
 */
export const operandPlace: TextAutomaton = {
  start: '',
  // A quote that is open, with a backslash where one came last; `operand`; or `word ` and the letters of a word.
  step(state, char) {
    if (state.startsWith('"') || state.startsWith("'")) return inQuotes(state, char)
    if (char === '"' || char === "'") return char
    if (operatorSign.test(char)) return operand
    if (/\s/.test(char)) return state === operand || operatorWords.has(state.slice(5)) ? operand : ''
    if (!/[A-Za-z]/.test(char)) return 'other'
    if (state === '' || state === operand) return `word ${char}`
    return state.startsWith('word ') && state.length < 5 + longestWord ? state + char : 'other'
  },
  join(one, other) {
    if (/^["']/.test(one) || /^["']/.test(other)) return undefined
    return one === operand || other === operand ? operand : 'other'
  },
}

function inQuotes(state: string, char: string): string {
  if (state.length > 1) return state.slice(0, 1)
  if (char === '\\') return `${state}\\`
  return char === state ? 'other' : state
}
