import { CompileFailure } from '../../analysis/failure.ts'

/** Literal text, without the whitespace that `{{-` and `-%}` beside it take away. */
export interface TextSegment {
  readonly kind: 'text'
  readonly begin: number
  end: number
}

/** `{{ … }}` or `{% … %}`; the content excludes delimiters, trim marks and surrounding blanks. */
export interface MarkerSegment {
  readonly kind: 'output' | 'tag'
  readonly begin: number
  readonly end: number
  readonly contentBegin: number
  readonly contentEnd: number
}

/** One piece of a template's source. */
export type Segment = TextSegment | MarkerSegment

const markerBegin = /\{[{%]/g
const identifier = /#|[A-Za-z_][A-Za-z0-9_-]*/y
// LiquidJS takes more kinds of blank than we do before `endraw`. What it could take for the end and we do not
// is an error, or the two would disagree about where live text begins.
const possibleEndRaw = /\{%-?[\s\u180e]*endraw(?![A-Za-z0-9_?-])/g
const exactEndRaw = /\{%[\t\n\v\f\r ]*endraw(?:[\t\n\v\f\r ]+-)?[\t\n\v\f\r ]*%\}/y

/** Whether a source needs the engine at all. */
export function hasMarkers(source: string): boolean {
  return source.includes('{{') || source.includes('{%')
}

/**
 * Splits a source exactly where LiquidJS does. Comments are left out, the content of `raw` is text.
 *
 * @throws CompileFailure for the first marker that is not closed: what follows it cannot be told apart
 */
export function lex(source: string): readonly Segment[] {
  const segments: Segment[] = []
  let comment: MarkerSegment | undefined
  for (const segment of readSegments(source)) {
    const name = segment.kind === 'tag' ? tagName(source, segment) : undefined
    if (comment !== undefined) {
      if (name !== 'endcomment') continue
      requireBare(segment, 'endcomment')
      comment = undefined
    } else if (name === 'comment' && segment.kind === 'tag') {
      requireBare(segment, 'comment')
      comment = segment
    } else if (name === '#' && segment.kind === 'tag') requireComment(source, segment)
    else segments.push(segment)
  }
  if (comment !== undefined) {
    throw new CompileFailure('SYNTAX', 'This comment is not closed: write {% endcomment %}.', comment.begin)
  }
  return segments
}

/** The name that a tag begins with; `#` is that of a comment in one tag. */
export function tagName(source: string, tag: MarkerSegment): string {
  identifier.lastIndex = tag.contentBegin
  const name = identifier.exec(source)?.[0]
  if (name === undefined) {
    throw new CompileFailure('SYNTAX', 'A tag begins with its name, such as {% if … %}.', tag.begin)
  }
  return name.slice(0, tag.contentEnd - tag.contentBegin)
}

function* readSegments(source: string): Generator<Segment> {
  let position = 0
  let trimNext = false
  while (position < source.length) {
    markerBegin.lastIndex = position
    const found = markerBegin.exec(source)?.index ?? source.length
    const marker = found < source.length ? readMarker(source, found) : undefined
    if (found > position) {
      const text = source.slice(position, found)
      const begin = trimNext ? found - text.trimStart().length : position
      yield {
        kind: 'text',
        begin,
        end: trimsBefore(source, marker) ? begin + source.slice(begin, found).trimEnd().length : found,
      }
    }
    if (marker === undefined) return
    trimNext = source[marker.end - 3] === '-'
    position = marker.end
    if (marker.kind === 'tag' && tagName(source, marker) === 'raw') {
      requireBare(marker, 'raw')
      const end = readRaw(source, marker)
      if (end.begin > position) yield { kind: 'text', begin: position, end: end.begin }
      trimNext = source[end.end - 3] === '-'
      position = end.end
    } else yield marker
  }
}

function trimsBefore(source: string, marker: MarkerSegment | undefined): boolean {
  return marker !== undefined && source[marker.begin + 2] === '-'
}

function readRaw(source: string, raw: MarkerSegment): { readonly begin: number; readonly end: number } {
  possibleEndRaw.lastIndex = raw.end
  const begin = possibleEndRaw.exec(source)?.index
  if (begin === undefined) {
    throw new CompileFailure('SYNTAX', 'This raw block is not closed: write {% endraw %}.', raw.begin)
  }
  exactEndRaw.lastIndex = begin
  if (!exactEndRaw.test(source)) {
    throw new CompileFailure('SYNTAX', 'Write the end of a raw block exactly as {% endraw %}.', begin)
  }
  return { begin, end: exactEndRaw.lastIndex }
}

function readMarker(source: string, begin: number): MarkerSegment {
  const kind = source[begin + 1] === '{' ? 'output' : 'tag'
  const close = kind === 'output' ? findOutputEnd(source, begin) : findTagEnd(source, begin)
  if (close === -1) {
    const advice = kind === 'output' ? 'write }} after it, and close every quote' : 'write %} after it'
    throw new CompileFailure('SYNTAX', `This ${kind} is not closed: ${advice}.`, begin)
  }
  let contentBegin = begin + 2
  let contentEnd = close
  if (contentBegin < contentEnd && source[contentBegin] === '-') contentBegin += 1
  if (contentBegin < contentEnd && source[contentEnd - 1] === '-') contentEnd -= 1
  while (contentBegin < contentEnd && isBlank(source[contentBegin])) contentBegin += 1
  while (contentBegin < contentEnd && isBlank(source[contentEnd - 1])) contentEnd -= 1
  return { kind, begin, end: close + 2, contentBegin, contentEnd }
}

/** Outputs may hold their own delimiter inside quotes. */
function findOutputEnd(source: string, begin: number): number {
  let quote = ''
  for (let i = begin + 2; i < source.length; i += 1) {
    const char = source[i] ?? ''
    if (quote !== '') {
      if (char === '\\') i += 1
      else if (char === quote) quote = ''
    } else if (char === '"' || char === "'") quote = char
    else if (char === '}' && source[i + 1] === '}') return i
  }
  return -1
}

/** Tags end at the first `%}`, quotes or not; LiquidJS even takes `{%}` for a whole tag. */
function findTagEnd(source: string, begin: number): number {
  return source[begin + 2] === '}' ? -1 : source.indexOf('%}', begin + 2)
}

/** Text without its `#` would look like a tag that does something. */
function requireComment(source: string, { begin, contentBegin, contentEnd }: MarkerSegment): void {
  const lines = source.slice(contentBegin, contentEnd).split('\n')
  if (lines.every((line) => /^(?:#|$)/.test(line.trim()))) return
  throw new CompileFailure('SYNTAX', 'Each line of a comment {% # … %} begins with #.', begin)
}

function requireBare(segment: Segment, name: string): void {
  if (segment.kind !== 'tag' || segment.contentEnd - segment.contentBegin !== name.length) {
    throw new CompileFailure(
      'SYNTAX',
      `Nothing may follow ${name} in its tag: write {% ${name} %}.`,
      segment.begin,
    )
  }
}

/** The blanks that we accept inside markers. */
export function isBlank(char: string | undefined): boolean {
  return char === ' ' || char === '\n' || char === '\t' || char === '\r' || char === '\v' || char === '\f'
}
