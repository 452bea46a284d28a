import { RenderFailure } from '../evaluate/render-error.ts'
import type { InnerLanguage, InnerSpot } from './language.ts'

/** GraphQL's escapes are those of JSON (§2.9.4), but half of a character has none. */
function content(text: string): string {
  if (!text.isWellFormed()) {
    throw new RenderFailure('place', 'A value holds half of a character (a lone surrogate).')
  }
  return JSON.stringify(text).slice(1, -1)
}

const refusals: Readonly<Record<string, string>> = {
  comment: 'An output cannot stand in a GraphQL comment: a line break in its value would end it.',
  backslash: 'An output cannot follow a backslash in GraphQL: remove the backslash.',
  closed: 'An output cannot touch a string before it in GraphQL: write a space before it.',
  touching: 'Two GraphQL strings touch: write a space between them.',
  twoQuotes: 'An output cannot follow two quotes in GraphQL: write a space before it.',
}

const block =
  'An output cannot stand in a block string ("""): write it in a string with one quote on each side.'

/** Strings of GraphQL documents. */
export const graphql: InnerLanguage = {
  name: 'graphql',
  hasLists: true,
  quote: (text) => `"${content(text)}"`,
  content: (text) => content(text),
  start: 'outside',
  step(state, char) {
    switch (state) {
      case 'comment':
        return char === '\n' || char === '\r' ? 'outside' : 'comment'
      case 'oneQuote':
        return char === '"' ? 'twoQuotes' : inText(char)
      case 'twoQuotes':
        return char === '"' ? 'block' : outside(char)
      case 'text':
        return inText(char)
      // An empty string and the quote of the next would open a block string.
      case 'closed':
        return char === '"' ? 'touching' : outside(char)
      case 'touching':
        return 'touching'
      case 'backslash':
        return 'text'
      case 'block':
        return char === '"' ? 'block"' : char === '\\' ? 'block\\' : 'block'
      case 'block"':
        return char === '"' ? 'block""' : char === '\\' ? 'block\\' : 'block'
      case 'block""':
        return char === '"' ? 'outside' : char === '\\' ? 'block\\' : 'block'
      // `\"""` is three quotes that end nothing; a backslash before anything else is itself.
      case 'block\\':
        return char === '"' ? 'block\\"' : char === '\\' ? 'block\\' : 'block'
      case 'block\\"':
        return char === '"' ? 'block\\""' : char === '\\' ? 'block\\' : 'block'
      case 'block\\""':
        return char === '\\' ? 'block\\' : 'block'
      default:
        return outside(char)
    }
  },
  at(state): InnerSpot {
    if (state === 'outside') return { kind: 'outside' }
    if (state === 'oneQuote' || state === 'text') return { kind: 'inside', open: '"' }
    return { kind: 'refused', message: refusals[state] ?? block }
  },
}

function outside(char: string): string {
  if (char === '#') return 'comment'
  return char === '"' ? 'oneQuote' : 'outside'
}

function inText(char: string): string {
  if (char === '\\') return 'backslash'
  return char === '"' ? 'closed' : 'text'
}
