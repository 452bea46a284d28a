/**
 * Text for a permission fact: what we write, and quoted text of definitions between. Quoted text is shown in code
 * spans, so that no name can look like a sentence of ours or hide one.
 */
export interface Words {
  readonly parts: readonly WordPart[]
}

type WordPart = { readonly ours: string } | { readonly quoted: string }

/** Builds words: what is interpolated is quoted. */
export function words(ours: TemplateStringsArray, ...quoted: readonly string[]): Words {
  const parts = ours.flatMap((text, index): WordPart[] => {
    const value = quoted[index]
    return value === undefined ? [{ ours: text }] : [{ ours: text }, { quoted: value }]
  })
  return { parts: parts.filter((part) => !('ours' in part && part.ours === '')) }
}

/** Identifies words: equal exactly where every part is. */
export function keyOf({ parts }: Words): string {
  return JSON.stringify(parts)
}

/** The words as Markdown, of one line, whatever the quoted text holds. */
export function toMarkdown({ parts }: Words): string {
  return parts.map((part) => ('ours' in part ? part.ours : codeSpan(part.quoted))).join('')
}

/** The same for a list of grants, without the fences. */
export function toText({ parts }: Words): string {
  return parts.map((part) => ('ours' in part ? part.ours : visible(part.quoted))).join('')
}

/** A code span (CommonMark §6.1) of any text: its fence is longer than every run of backticks in it. */
export function codeSpan(text: string): string {
  const shown = visible(text)
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  const needsSpace = shown === '' || /^[` ]|[` ]$/.test(shown)
  return needsSpace ? `${fence} ${shown} ${fence}` : `${fence}${shown}${fence}`
}

/** Control, format (bidi), private and unassigned characters: `\p{C}`; and line and paragraph separators. */
const unseen = /\p{C}|\p{Zl}|\p{Zp}/u

/** Blanks other than the space, fillers, variation selectors, and marks that enclose or hide what is before them. */
const misleading =
  /[^\S ]|\p{Me}|\u115f|\u1160|\u2800|\u3164|\uffa0|\u034f|\u17b4|\u17b5|[\u180b-\u180f]|[\ufe00-\ufe0f]/u

/** The text with what is not seen spelled out as `\u{…}`. */
export function visible(text: string): string {
  return [...text]
    .map((char) =>
      unseen.test(char) || misleading.test(char) ? `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}` : char,
    )
    .join('')
}
