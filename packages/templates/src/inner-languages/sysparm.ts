import { RenderFailure } from '../render-error.ts'
import type { InnerLanguage } from './language.ts'

/** What may come before the name of a field, besides nothing: `^OR`, `^NQ`. */
const connectives: ReadonlySet<string> = new Set(['', 'OR', 'NQ'])
const longestConnective = 2

/** A caret is written twice; ServiceNow would run what follows `javascript:`. */
function content(text: string): string {
  if (/^\s*javascript\s*:/i.test(text)) {
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
  // What stands since the last caret, as far as it can be a connective; `…` for more.
  start: '',
  step(state, char) {
    if (char === '^') return ''
    return state.length < longestConnective ? state + char : '…'
  },
  at(state) {
    if (!connectives.has(state)) return { kind: 'outside' }
    const message =
      'The field and its operator are yours: write them before the output, as in name={{ value | sysparm }}.'
    return { kind: 'refused', message }
  },
}
