import { RenderFailure } from '../evaluate/render-error.ts'

/** More are not told. */
const mostFound = 20
/** A pointer that would be longer points to what encloses it. */
const longestPointer = 500

/** An object with the keys it has so far, or a list, which has none. */
interface Level {
  readonly keys: Set<string> | undefined
  /** The key or the index of what is read now. */
  at: string | number
}

/**
 * Refuses a JSON text in which an object has a key twice: a value that names a key could otherwise replace what the
 * template wrote under it.
 *
 * @param text - valid JSON
 * @throws RenderFailure
 */
export function requireUniqueKeys(text: string): void {
  if (duplicateKeys(text).length === 0) return
  throw new RenderFailure('json', 'A value gives a key that the JSON object has already.')
}

/**
 * Where an object has a key that it has already, as JSON Pointers (RFC 6901). Two spellings of one key are one key
 * (RFC 8259 §8.3).
 *
 * @param text - valid JSON
 */
export function duplicateKeys(text: string): readonly string[] {
  const found = new Set<string>()
  const levels: Level[] = []
  let key = ''
  for (let position = 0; position < text.length && found.size < mostFound; position += 1) {
    const level = levels.at(-1)
    switch (text[position]) {
      case '"': {
        const end = endOfText(text, position)
        if (level?.keys !== undefined) key = text.slice(position, end)
        position = end - 1
        break
      }
      case '{':
        levels.push({ keys: new Set(), at: '' })
        break
      case '[':
        levels.push({ keys: undefined, at: 0 })
        break
      case '}':
      case ']':
        levels.pop()
        break
      case ',':
        if (typeof level?.at === 'number') level.at += 1
        break
      case ':':
        if (level?.keys === undefined) break
        level.at = String(JSON.parse(key))
        if (level.keys.has(level.at)) found.add(pointerTo(levels))
        level.keys.add(level.at)
    }
  }
  return [...found]
}

/** By jumps from quote to quote: a text can be as long as a payload. */
function endOfText(text: string, begin: number): number {
  for (let quote = text.indexOf('"', begin + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let escapes = 0
    while (text[quote - 1 - escapes] === '\\') escapes += 1
    if (escapes % 2 === 0) return quote + 1
  }
  return text.length
}

function pointerTo(levels: readonly Level[]): string {
  let pointer = ''
  for (const { at } of levels) {
    const longer = `${pointer}/${String(at).replaceAll('~', '~0').replaceAll('/', '~1')}`
    if (longer.length > longestPointer) break
    pointer = longer
  }
  return pointer
}
