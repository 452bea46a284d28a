/** A place in a text, from 1; columns in UTF-16 units, as editors count. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** Gives the place of an offset; the lines are found once. */
export function positionsOf(text: string): (offset: number) => Position {
  const begins = lineBegins(text)
  return (offset) => {
    let low = 0
    let high = begins.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((begins[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (begins[low] ?? 0) + 1 }
  }
}

/** The offset of a place. */
export function offsetOf(text: string, { line, column }: Position): number {
  return Math.min(text.length, (lineBegins(text)[line - 1] ?? text.length) + column - 1)
}

function lineBegins(text: string): readonly number[] {
  const begins = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) begins.push(at + 1)
  return begins
}
