import { RenderFailure } from '../evaluate/render-error.ts'
import type { InnerLanguage } from './language.ts'

// Salesforce, "SOQL and SOSL Reference", Quoted String Escape Sequences.
const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
}

function content(text: string): string {
  const written = text.replace(/[\\'"\n\r\t\b\f]/g, (char) => escapes[char] ?? char)
  if (/[\x00-\x1f\x7f]/.test(written)) {
    throw new RenderFailure('place', 'SOQL cannot hold this control character: remove it from the value.')
  }
  return written
}

/** Salesforce's query language. `%` and `_` keep their meaning behind LIKE: nothing tells whether they should. */
export const soql: InnerLanguage = {
  name: 'soql',
  hasLists: true,
  quote: (text) => `'${content(text)}'`,
  content,
  start: 'outside',
  step(state, char) {
    switch (state) {
      case 'text':
        if (char === '\\') return 'backslash'
        return char === "'" ? 'outside' : 'text'
      case 'backslash':
        return 'text'
      default:
        return char === "'" ? 'text' : 'outside'
    }
  },
  at(state) {
    if (state === 'outside') return { kind: 'outside' }
    if (state === 'text') return { kind: 'inside', open: "'" }
    return { kind: 'refused', message: 'An output cannot follow a backslash in SOQL: remove the backslash.' }
  },
}
