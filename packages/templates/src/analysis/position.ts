/** A place in a text: both 1-based, columns in UTF-16 units. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** Line and column of an offset. */
export function positionAt(text: string, offset: number): Position {
  return createPositions(text)(offset)
}

/** Line and column of offsets that only grow: the text is gone through once. */
export function createPositions(text: string): (offset: number) => Position {
  let line = 1
  let lineBegin = 0
  let lineEnd = text.indexOf('\n')
  return (offset) => {
    while (lineEnd !== -1 && lineEnd < offset) {
      line += 1
      lineBegin = lineEnd + 1
      lineEnd = text.indexOf('\n', lineBegin)
    }
    return { line, column: offset - lineBegin + 1 }
  }
}
