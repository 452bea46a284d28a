import type { InnerLanguage } from './language.ts'

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  "'": "\\'",
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

/** JQL's own escapes: `\\ \" \' \n \r \t` and `\uXXXX`. */
function content(text: string): string {
  return text.replace(/[\\"'\x00-\x1f\x7f]/g, (char) => {
    return escapes[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/** Jira's query language. What `~` searches for is a language of its own, whose words stay inside the literal. */
export const jql: InnerLanguage = {
  name: 'jql',
  hasLists: true,
  quote: (text) => `"${content(text)}"`,
  content,
  start: '',
  // The state is the quote that is open, then a backslash where one came last.
  step(state, char) {
    if (state === '' && char !== '\\') return char === '"' || char === "'" ? char : ''
    // Words without quotes know escapes too: the quote of O\'Brien opens nothing.
    if (state.endsWith('\\')) return state.slice(0, -1)
    if (char === '\\') return `${state}\\`
    return char === state ? '' : state
  },
  at(state) {
    if (state === '') return { kind: 'outside' }
    if (state === '"' || state === "'") return { kind: 'inside', open: state }
    return { kind: 'refused', message: 'An output cannot follow a backslash in JQL: remove the backslash.' }
  },
}
