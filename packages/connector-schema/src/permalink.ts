/** What a permalink looks like: lower-case letters and digits in groups joined by single hyphens. */
export const permalinkPattern = /^[a-z0-9]+(?:-[a-z0-9]+)*$/

/** Longest permalink, in characters. */
export const maxPermalinkLength = 255

/** Letters that Unicode does not decompose into a base letter and an accent. */
const foldedLetters: ReadonlyMap<string, string> = new Map([
  ['ß', 'ss'],
  ['æ', 'ae'],
  ['œ', 'oe'],
  ['ø', 'o'],
  ['đ', 'd'],
  ['ð', 'd'],
  ['ħ', 'h'],
  ['ı', 'i'],
  ['ł', 'l'],
  ['þ', 'th'],
])

/**
 * Derives a permalink from a connector's name: lower case, accents folded, every other run of characters one
 * hyphen.
 *
 * @returns `undefined` where nothing is left: such a name needs an explicit permalink.
 */
export function derivePermalink(name: string): string | undefined {
  const folded = name
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^\p{ASCII}]/gu, (letter) => foldedLetters.get(letter) ?? '-')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, maxPermalinkLength + 1)
    .replace(/^-|-$/g, '')
    .slice(0, maxPermalinkLength)
    .replace(/-$/, '')
  return folded === '' ? undefined : folded
}
