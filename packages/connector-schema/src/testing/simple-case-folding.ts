/**
 * Unicode simple case folding as this Node knows it: with the flags `iu` a pattern compares by it (ECMA-262,
 * Canonicalize). So the table in the package is made by the engine and never by hand.
 */

type CodePoint = number
type FoldingClass = readonly [string, ...string[]]

/** Every lower-case character that folds to another one: what is left to do after `toLowerCase`. */
export function foldingsBeyondLowerCase(): readonly (readonly [CodePoint, CodePoint])[] {
  const found = new Map<CodePoint, CodePoint>()
  for (const characters of foldingClasses()) {
    // The lower case of a capital is the usual spelling of the class.
    const usual = lowerOf(characters.find((character) => lowerOf(character) !== character) ?? characters[0])
    for (const lower of characters.map(lowerOf)) {
      if (lower !== usual) found.set(codeOf(lower), codeOf(usual))
    }
  }
  return [...found].sort(([one], [other]) => one - other)
}

/** The classes of characters that are equal but for their case, each in the order of code points. */
export function foldingClasses(): readonly FoldingClass[] {
  // Two characters of one class have a spelling in common: that narrows down what is compared.
  const candidates = new Map<string, Set<string>>()
  for (let code = 0; code <= 0x10ffff; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue
    const character = String.fromCodePoint(code)
    const upper = character.toUpperCase()
    // What has neither case is equal to nothing else: nearly all of the million are such.
    if (upper === character && character.toLowerCase() === character) continue
    for (const spelling of [upper, upper.toLowerCase(), character.toLowerCase().toUpperCase()]) {
      candidates.set(spelling, (candidates.get(spelling) ?? new Set()).add(character))
    }
  }
  return [...candidates.values()].filter(({ size }) => size > 1).flatMap((group) => split([...group]))
}

function split(characters: readonly string[]): readonly FoldingClass[] {
  const classes: [string, ...string[]][] = []
  for (const character of characters.toSorted((one, other) => codeOf(one) - codeOf(other))) {
    const own = classes.find(([first]) => areEqual(first, character))
    if (own === undefined) classes.push([character])
    else own.push(character)
  }
  return classes.filter(({ length }) => length > 1)
}

/** Whether two characters are equal under simple case folding. */
export function areEqual(one: string, other: string): boolean {
  return new RegExp(`^\\u{${codeOf(one).toString(16)}}$`, 'iu').test(other)
}

function lowerOf(character: string): string {
  const lower = character.toLowerCase()
  return [...lower].length === 1 ? lower : character
}

function codeOf(character: string): CodePoint {
  return character.codePointAt(0) ?? 0
}
