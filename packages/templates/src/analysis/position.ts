/** A place in a text: both 1-based, columns in UTF-16 units. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** Line and column of an offset. */
export function positionAt(text: string, offset: number): Position {
  let line = 1
  let lineBegin = 0
  for (let i = text.indexOf('\n'); i !== -1 && i < offset; i = text.indexOf('\n', i + 1)) {
    line += 1
    lineBegin = i + 1
  }
  return { line, column: offset - lineBegin + 1 }
}
