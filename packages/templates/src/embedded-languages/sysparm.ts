import { RenderFailure } from '../evaluate/render-error.ts'
import type { InnerLanguage, InnerSpot } from './language.ts'
import { beginsOperator, canBeLengthened, holdsOperator, lengthens } from './sysparm-operators.ts'

/** What may come before the name of a field. */
const connectives: readonly string[] = ['OR', 'NQ']

const script = 'javascript'

/**
 * ServiceNow runs what follows `javascript:`, also after the commas of IN and the @ of BETWEEN. A value may stand
 * beside others and beside a colon of the author: neither the word at its end nor the word's rest before a colon
 * passes.
 */
function canRunScript(text: string): boolean {
  const rest = /^\s*([a-z]*)\s*:/i.exec(text)?.[1]?.toLowerCase()
  return /javascript\s*(?::|$)/i.test(text) || (rest !== undefined && script.endsWith(rest))
}

/** A caret is written twice; ServiceNow would run what follows `javascript:`. */
function content(text: string): string {
  if (canRunScript(text)) {
    throw new RenderFailure('place', 'An encoded query would run what follows javascript: as a script.')
  }
  if (/[\x00-\x1f\x7f]/.test(text)) {
    throw new RenderFailure('place', 'An encoded query cannot hold line breaks and control characters.')
  }
  return text.replaceAll('^', '^^')
}

/** A value right behind an operator must leave it as it is. */
function behindOperator(text: string, operator: string): string {
  if (text === '' && canBeLengthened(operator)) {
    throw new RenderFailure('place', 'A value is empty where its operator needs one.')
  }
  if (lengthens(operator, text)) {
    throw new RenderFailure('place', 'A value would make another operator of the one before it.')
  }
  return content(text)
}

const refusals: Readonly<Record<string, string>> = {
  touching: 'Two outputs touch behind an operator that they could lengthen: write one output, with | append.',
  unknown:
    'This is no operator of ServiceNow: write one before the output, as in nameLIKE{{ value | sysparm }}.',
}

const fieldAdvice =
  'The field and its operator are yours: write them before the output, as in name={{ value | sysparm }}.'

/**
 * ServiceNow's encoded queries: conditions joined by carets, without quotes. A comma keeps its meaning behind IN:
 * nothing tells whether it should.
 */
export const sysparm: InnerLanguage = {
  name: 'sysparm',
  hasLists: false,
  quote: content,
  content: behindOperator,
  // What came since the last caret: the begin of a connective, a field, an operator so far (`op >`), or its value.
  start: '',
  step(state, char) {
    if (char === '^') return ''
    if (state === 'value' || state === 'unknown') return state
    if (state === 'touching') return 'value'
    if (state.startsWith(op)) return inOperator(state.slice(op.length) + char)
    if (state !== 'field' && connectives.some((connective) => connective.startsWith(state + char))) {
      return state + char
    }
    // Names of fields are in lower case, operators are signs or words in upper case.
    return /[=<>!*%A-Z]/.test(char) ? inOperator(char) : 'field'
  },
  after(state) {
    if (!state.startsWith(op)) return state === 'touching' ? state : sysparm.step(state, 'x')
    return canBeLengthened(state.slice(op.length)) ? 'touching' : 'value'
  },
  at(state): InnerSpot {
    if (state === 'value') return { kind: 'outside' }
    const operator = state.startsWith(op) ? state.slice(op.length) : undefined
    if (operator !== undefined && holdsOperator(operator)) return { kind: 'inside', open: operator }
    const message = operator === undefined ? (refusals[state] ?? fieldAdvice) : refusals.unknown
    return { kind: 'refused', message: message ?? fieldAdvice }
  },
}

const op = 'op '

/** An operator ends where no longer one begins so. */
function inOperator(text: string): string {
  if (beginsOperator(text)) return op + text
  return holdsOperator(text) ? 'value' : 'unknown'
}
