import { RenderFailure } from '../evaluate/render-error.ts'
import type { InnerLanguage } from './language.ts'

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

/**
 * ServiceNow's encoded queries: conditions joined by carets, without quotes. A comma keeps its meaning behind IN:
 * nothing tells whether it should.
 */
export const sysparm: InnerLanguage = {
  name: 'sysparm',
  quote: content,
  content,
  // What stands since the last caret: the begin of a connective, a field, or an operator after one.
  start: '',
  step(state, char) {
    if (char === '^') return ''
    if (state === 'operator') return state
    if (state !== 'field' && connectives.some((connective) => connective.startsWith(state + char))) {
      return state + char
    }
    // Names of fields are in lower case, operators are signs or words in upper case.
    return /[=<>!A-Z]/.test(char) ? 'operator' : 'field'
  },
  at(state) {
    if (state === 'operator') return { kind: 'outside' }
    const message =
      'The field and its operator are yours: write them before the output, as in name={{ value | sysparm }}.'
    return { kind: 'refused', message }
  },
}
