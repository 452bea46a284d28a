import { eastAsianWidth } from 'get-east-asian-width'

/**
 * One character as a terminal may show it: whatever would move the cursor, start an escape sequence, turn the
 * reading direction or be seen by nobody stands as a visible sign instead.
 */
export function visibleCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (character === '\t') return ' '
  if (code < 0x20) return String.fromCodePoint(0x2400 + code)
  if (code === 0x7f) return '\u2421'
  // Selectors only ask for another picture, and terminals disagree on the width of what they follow.
  if (/^\p{Variation_Selector}$/u.test(character)) return ''
  return /^[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]$/u.test(character)
    ? '\ufffd'
    : character
}

const plain = /^[\x20-\x7e]*$/

/** A line as a terminal may show it. */
export function visible(line: string): string {
  if (plain.test(line)) return line
  return Array.from(line, visibleCharacter).join('')
}

/** How many columns of a terminal a character of `visibleCharacter` takes. */
export function widthOf(character: string): number {
  if (character === '' || /^\p{Mark}$/u.test(character)) return 0
  return eastAsianWidth(character.codePointAt(0) ?? 0)
}
