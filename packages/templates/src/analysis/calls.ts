/** One piece of a source that LiquidJS reads as a private name instead. */
export interface Rewrite {
  readonly begin: number
  readonly end: number
  readonly key: string
}

// Private-use characters are words to LiquidJS, and our grammar lets none through outside quotes: no author can
// write one of these names.
const firstKey = 0xe000
const lastKey = 0xf8ff

/** Hands out private names, one for each identity. */
export class PrivateNames {
  private readonly keys = new Map<string, string>()

  /** The name of this identity; `undefined` when there are no more. */
  keyFor(identity: string): string | undefined {
    const known = this.keys.get(identity)
    if (known !== undefined) return known
    const code = firstKey + this.keys.size
    if (code > lastKey) return undefined
    const key = String.fromCharCode(code)
    this.keys.set(identity, key)
    return key
  }
}

/**
 * The source as LiquidJS reads it: same length, same lines. The name stands at the end of what it replaces, so
 * that `.property` after it still follows it.
 */
export function rewrite(source: string, rewrites: readonly Rewrite[]): string {
  let text = ''
  let position = 0
  for (const { begin, end, key } of rewrites.toSorted((a, b) => a.begin - b.begin)) {
    text += source.slice(position, begin) + source.slice(begin, end - 1).replace(/[^\n]/g, ' ') + key
    position = end
  }
  return text + source.slice(position)
}
