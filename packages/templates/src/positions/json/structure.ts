/**
 * The structure of a JSON text (RFC 8259) at one position, outside of string literals: what is open, and what may
 * come next. One state is a short string: the open brackets, then a letter.
 *
 *   v  a value            V  a value or ]       k  a key           K  a key or }
 *   c  a colon            e  a comma or an end  b… a bare token so far (a number, true, false, null)
 *   s  inside a string that is a value          S  inside a string that is a key
 */
export type Structure = string

export const jsonStart: Structure = 'v'

const bareToken = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/
const bareCharacter = /[A-Za-z0-9+\-.]/
const blank = /[ \t\n\r]/

/** The structure after one character outside of string literals; nothing where no JSON has it here. */
export function afterCharacter(structure: Structure, char: string): Structure | undefined {
  const bare = structure.indexOf('b')
  if (bare !== -1) {
    if (bareCharacter.test(char)) return structure + char
    const ended = endBare(structure)
    return ended === undefined ? undefined : afterCharacter(ended, char)
  }
  if (blank.test(char)) return structure
  const open = structure.slice(0, -1)
  const expected = structure.at(-1) ?? ''
  switch (char) {
    case '"':
      return isValue(expected) ? `${open}s` : isKey(expected) ? `${open}S` : undefined
    case '{':
      return isValue(expected) ? `${open}{K` : undefined
    case '[':
      return isValue(expected) ? `${open}[V` : undefined
    case '}':
      return open.endsWith('{') && (expected === 'K' || expected === 'e') ? closed(open) : undefined
    case ']':
      return open.endsWith('[') && (expected === 'V' || expected === 'e') ? closed(open) : undefined
    case ':':
      return expected === 'c' ? `${open}v` : undefined
    case ',':
      if (expected !== 'e' || open === '') return undefined
      return open.endsWith('{') ? `${open}k` : `${open}v`
    default:
      return isValue(expected) && bareCharacter.test(char) ? `${open}b${char}` : undefined
  }
}

/** The structure after a string literal was closed. */
export function afterString(structure: Structure): Structure {
  return structure.slice(0, -1) + (structure.endsWith('S') ? 'c' : 'e')
}

/** The structure after an output that gives a complete value, or a key; nothing where neither may stand. */
export function afterValue(structure: Structure): Structure | undefined {
  const expected = structure.includes('b') ? '' : (structure.at(-1) ?? '')
  const open = structure.slice(0, -1)
  if (isValue(expected)) return `${open}e`
  return isKey(expected) ? `${open}c` : undefined
}

/** Whether a string that is open here, or an output, is the key of an object. */
export function isAtKey(structure: Structure): boolean {
  return !structure.includes('b') && /[kKS]$/.test(structure)
}

/** Whether a JSON text may end here. */
export function isComplete(structure: Structure): boolean {
  return (structure.includes('b') ? endBare(structure) : structure) === 'e'
}

/** What is missing here, in words. */
export function missingAt(structure: Structure): string {
  if (structure.includes('b')) return 'a number, true, false or null is not finished'
  const inObject = structure.at(-2) === '{'
  switch (structure.at(-1)) {
    case 'k':
    case 'K':
      return 'a key in quotes comes next'
    case 'c':
      return 'a colon comes next'
    case 'e':
      if (structure === 'e') return 'the JSON is complete'
      return `a comma or ${inObject ? '}' : ']'} comes next`
    case 'V':
      return 'a value or ] comes next'
    default:
      return 'a value comes next'
  }
}

function endBare(structure: Structure): Structure | undefined {
  const begin = structure.indexOf('b')
  return bareToken.test(structure.slice(begin + 1)) ? `${structure.slice(0, begin)}e` : undefined
}

function closed(open: string): Structure {
  return `${open.slice(0, -1)}e`
}

function isValue(expected: string): boolean {
  return expected === 'v' || expected === 'V'
}

function isKey(expected: string): boolean {
  return expected === 'k' || expected === 'K'
}
