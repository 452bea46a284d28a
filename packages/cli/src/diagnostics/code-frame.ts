import { visibleCharacter, widthOf } from './visible.ts'

/** What a frame shows. */
export interface FramedText {
  readonly text: string
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 units, as editors count. */
  readonly column: number
  /** Columns of the terminal that a line of the frame may take; 80 by default. */
  readonly width?: number
}

const linesAround = 1
const shortestView = 20
const cut = '…'
/** More than the marks that anybody sets on one character. */
const unitsPerColumn = 8

/**
 * The line of a mistake with its neighbours, and a caret under the place. A pure function of what it is given;
 * no character of the text reaches the terminal but as something that only shows. Lines that are too long are cut
 * around the caret.
 */
export function codeFrame({ text, line, column, width = 80 }: FramedText): readonly string[] {
  const { lines, first } = linesNear(text, line)
  const gutterWidth = String(first + lines.length - 1).length
  const view = Math.max(shortestView, width - gutterWidth - 3)
  // What is far from the caret is not looked at: a registry on one line may have a thousand mistakes.
  const from = Math.max(0, column - 1 - unitsPerColumn * view)
  const near = lines.map((content) => content.slice(from, column - 1 + unitsPerColumn * view))
  const marked = near[line - first] ?? ''
  const caret = cellsBefore(marked, column - 1 - from)
  // One window for all lines, so that what stands above each other in the file does so here.
  const begin = windowBegin(cellsOf(marked).length, caret, view)
  return near.flatMap((content, index) => {
    const number = String(first + index).padStart(gutterWidth)
    const row = `${number} | ${windowed(cellsOf(content), begin, view)}`.trimEnd()
    if (first + index !== line) return [row]
    return [row, `${' '.repeat(gutterWidth)} | ${' '.repeat(caret - begin)}^`]
  })
}

function linesNear(
  text: string,
  line: number,
): { readonly lines: readonly string[]; readonly first: number } {
  const first = Math.max(1, line - linesAround)
  let begin = 0
  for (let number = 1; number < first; number++) begin = text.indexOf('\n', begin) + 1
  const lines: string[] = []
  for (let number = first; number <= line + linesAround && begin <= text.length; number++) {
    const found = text.indexOf('\n', begin)
    const end = found === -1 ? text.length : found
    lines.push(text.slice(begin, end).replace(/\r$/, ''))
    begin = end + 1
  }
  return { lines, first }
}

/** A line by columns of the terminal: a wide character fills two, its second is empty; a mark joins its base. */
function cellsOf(line: string): readonly string[] {
  const cells: string[] = []
  for (const character of line) {
    const shown = visibleCharacter(character)
    const width = widthOf(shown)
    const last = cells.length - 1
    if (width > 0) cells.push(shown)
    else if (last >= 0 && cells[last] !== '') cells[last] += shown
    if (width === 2) cells.push('')
  }
  return cells
}

function cellsBefore(line: string, units: number): number {
  const before = line.slice(0, units)
  // A position amid a surrogate pair is that of its character.
  const isAmidPair = /[\ud800-\udbff]$/.test(before) && /^[\udc00-\udfff]/.test(line.slice(units))
  return cellsOf(isAmidPair ? before.slice(0, -1) : before).length
}

/** Where the shown part of the line begins: at its start where all fits, else with the caret in its middle. */
function windowBegin(length: number, caret: number, view: number): number {
  if (Math.max(length, caret + 1) <= view) return 0
  const latest = Math.max(length, caret + 1) - view
  return Math.max(0, Math.min(caret - Math.floor(view / 2), latest))
}

function windowed(cells: readonly string[], begin: number, view: number): string {
  const part = cells.slice(begin, begin + view)
  // Half of a wide character is a blank, so that all after it stays in its column.
  if (begin > 0 && part[0] === '') part[0] = ' '
  if (begin > 0 && part.length > 0) replaceEdge(part, 0)
  if (begin + view < cells.length) replaceEdge(part, part.length - 1)
  return part.join('')
}

/** Puts the sign of a cut into one column; a wide character that loses a half becomes blank. */
function replaceEdge(part: string[], index: number): void {
  if (index === 0 && part[1] === '') part[1] = ' '
  if (index > 0 && part[index] === '') part[index - 1] = ' '
  part[index] = cut
}
