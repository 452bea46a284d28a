import type { InnerLanguage } from './language.ts'

function content(text: string): string {
  return text.replaceAll("'", "''")
}

/** OData's URL conventions: in a string literal a quote is written twice, and nothing else is special (4.01 ABNF). */
export const odata: InnerLanguage = {
  name: 'odata',
  hasLists: true,
  quote: (text) => `'${content(text)}'`,
  content,
  start: 'outside',
  step(state, char) {
    switch (state) {
      case 'text':
        return char === "'" ? 'quote' : 'text'
      // The end of the literal, or the first of two quotes.
      case 'quote':
        return char === "'" ? 'text' : 'outside'
      default:
        return char === "'" ? 'text' : 'outside'
    }
  },
  at(state) {
    if (state === 'outside') return { kind: 'outside' }
    if (state === 'text') return { kind: 'inside', open: "'" }
    return { kind: 'refused', message: 'Two OData literals cannot touch: write a space before this output.' }
  },
}
