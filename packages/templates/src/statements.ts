import type { Filtered, Value } from './ast.ts'
import { Blocks } from './blocks.ts'
import { ExpressionReader } from './expression.ts'
import { CompileFailure, collecting } from './failure.ts'
import { isBlank, type MarkerSegment, type Segment, type TextSegment, tagName } from './lexer.ts'
import { isReserved } from './names.ts'
import {
  type BoundName,
  readAssign,
  readCycle,
  readFor,
  readSingle,
  readWhen,
  unknownTag,
} from './tag-grammar.ts'

/** An output or a tag, with every value that occurs in it. */
export interface Statement {
  /** `output`, or the tag's name. */
  readonly tag: string
  readonly begin: number
  readonly end: number
  readonly expressions: readonly Filtered[]
  /** Inside `capture`, text is only gathered; it lands somewhere when the capture is output. */
  readonly inCapture: boolean
  /** Variables of the loops around it. */
  readonly loopVariables: readonly string[]
}

/** Literal text that is part of what is rendered. */
export interface LiteralText extends TextSegment {
  readonly inCapture: boolean
}

/** What a source holds, flat, in the order of the text. */
export interface ParsedTemplate {
  readonly statements: readonly Statement[]
  readonly texts: readonly LiteralText[]
  /** Names that `assign` and `capture` bind. */
  readonly assigned: ReadonlySet<string>
  readonly failures: readonly CompileFailure[]
}

interface TagParts {
  readonly name: string
  readonly begin: number
  readonly end: number
  readonly reader: ExpressionReader
}

/** Checks the order of tags and the grammar inside each marker; finds as many errors as it can. */
export function parseStatements(source: string, segments: readonly Segment[]): ParsedTemplate {
  const parser = new StatementParser(source)
  parser.parse(segments)
  return parser
}

class StatementParser implements ParsedTemplate {
  readonly statements: Statement[] = []
  readonly texts: LiteralText[] = []
  readonly assigned = new Set<string>()
  readonly failures: CompileFailure[] = []
  private readonly source: string
  private readonly blocks = new Blocks()

  constructor(source: string) {
    this.source = source
  }

  parse(segments: readonly Segment[]): void {
    const unclosed = this.blocks.enclosed(() => {
      for (const segment of segments) collecting(this.failures, () => this.segment(segment))
    })
    this.failures.push(...unclosed)
  }

  private segment(segment: Segment): void {
    if (segment.kind === 'text') this.text(segment)
    else if (segment.kind === 'output') {
      this.requireShown(segment.begin)
      const reader = new ExpressionReader(this.source, segment.contentBegin, segment.contentEnd)
      this.add('output', segment, [reader.filtered()])
    } else {
      const name = tagName(this.source, segment)
      const reader = new ExpressionReader(this.source, segment.contentBegin + name.length, segment.contentEnd)
      if (name === 'liquid') this.liquid(segment, reader)
      else this.statement({ name, begin: segment.begin, end: segment.end, reader })
    }
  }

  private text(segment: TextSegment): void {
    const isEmpty = this.source.slice(segment.begin, segment.end).trim() === ''
    if (this.blocks.isBeforeWhen() && isEmpty) return
    this.requireShown(segment.begin)
    this.texts.push({ ...segment, inCapture: this.blocks.isInCapture() })
  }

  /** One statement a line; LiquidJS looks for line ends before anything else. */
  private liquid(segment: MarkerSegment, { position }: ExpressionReader): void {
    this.requireShown(segment.begin)
    let comment: MarkerSegment | undefined
    const unclosed = this.blocks.enclosed(() => {
      for (const line of linesOf(this.source, position, segment.contentEnd)) {
        collecting(this.failures, () => {
          const name = tagName(this.source, line)
          if (name === 'comment') comment ??= line
          else if (comment === undefined) this.line(name, line)
          else if (name === 'endcomment') comment = undefined
        })
      }
    })
    this.failures.push(...unclosed)
    if (comment !== undefined) {
      throw new CompileFailure('SYNTAX', 'This comment is not closed: write endcomment.', comment.begin)
    }
  }

  private line(name: string, { begin, end, contentEnd }: MarkerSegment): void {
    if (name === 'raw' || name === 'liquid') {
      throw new CompileFailure('SYNTAX', `${name} cannot stand inside {% liquid %}.`, begin)
    }
    this.statement({
      name,
      begin,
      end,
      reader: new ExpressionReader(this.source, begin + name.length, contentEnd),
    })
  }

  private statement(tag: TagParts): void {
    const { name, begin, reader } = tag
    if (name !== 'when' && name !== 'else' && name !== 'endcase') this.requireShown(begin)
    switch (name) {
      case 'assign':
        this.assign(tag)
        break
      case 'echo':
        this.add(name, tag, [reader.filtered()])
        break
      case 'cycle':
        this.add(name, tag, readCycle(reader).map(unfiltered))
        break
      case 'capture':
        this.capture(tag)
        break
      case 'if':
      case 'unless':
        this.blocks.push(name, begin)
        this.add(name, tag, reader.condition().map(unfiltered))
        break
      case 'case':
        this.blocks.push(name, begin)
        this.add(name, tag, [unfiltered(readSingle(reader))])
        break
      case 'for':
        this.loop(tag)
        break
      default:
        this.innerTag(tag)
    }
  }

  /** Tags that stand only inside others. */
  private innerTag(tag: TagParts): void {
    const { name, begin, reader } = tag
    switch (name) {
      case 'elsif':
        this.blocks.branch(name, begin)
        this.add(name, tag, reader.condition().map(unfiltered))
        break
      case 'when':
        this.blocks.branch(name, begin)
        this.add(name, tag, readWhen(reader).map(unfiltered))
        break
      case 'else':
        this.blocks.branch(name, begin)
        reader.finish()
        break
      case 'break':
      case 'continue':
        reader.finish()
        if (this.blocks.loopVariables().length > 0) break
        throw new CompileFailure('SYNTAX', `${name} stands only inside {% for %}.`, begin)
      case 'endif':
      case 'endunless':
      case 'endcase':
      case 'endfor':
      case 'endcapture':
        this.blocks.pop(name, begin)
        reader.finish()
        break
      default:
        throw unknownTag(name, begin)
    }
  }

  private assign(tag: TagParts): void {
    const { bound, value } = readAssign(tag.reader)
    requireFree(bound)
    this.assigned.add(bound.name)
    this.add('assign', tag, [value])
  }

  private capture(tag: TagParts): void {
    this.blocks.push('capture', tag.begin)
    const bound = tag.reader.name()
    tag.reader.finish()
    requireFree(bound)
    this.assigned.add(bound.name)
  }

  private loop(tag: TagParts): void {
    let name = ''
    try {
      const { bound, values } = readFor(tag.reader)
      name = bound.name
      this.add('for', tag, values.map(unfiltered))
      requireFree(bound)
    } finally {
      // The block is open whatever is wrong with it, or its end would be a second error.
      this.blocks.push('for', tag.begin, name)
    }
  }

  private add(
    tag: string,
    { begin, end }: { begin: number; end: number },
    expressions: readonly Filtered[],
  ): void {
    const inCapture = this.blocks.isInCapture()
    this.statements.push({
      tag,
      begin,
      end,
      expressions,
      inCapture,
      loopVariables: this.blocks.loopVariables(),
    })
  }

  private requireShown(begin: number): void {
    if (!this.blocks.isBeforeWhen()) return
    throw new CompileFailure('SYNTAX', 'Only {% when … %} may come first inside {% case %}.', begin)
  }
}

function requireFree({ name, offset }: BoundName): void {
  if (!isReserved(name)) return
  const message = `${name} is a name of the platform: choose another, such as my_${name}.`
  throw new CompileFailure('RESERVED_NAME', message, offset)
}

function unfiltered(value: Value): Filtered {
  return { value, filters: [] }
}

function* linesOf(source: string, from: number, to: number): Generator<MarkerSegment> {
  for (let begin = from; begin < to; ) {
    const newline = source.indexOf('\n', begin)
    const end = newline === -1 || newline > to ? to : newline
    let contentBegin = begin
    while (contentBegin < end && isBlank(source[contentBegin])) contentBegin += 1
    if (contentBegin < end) yield { kind: 'tag', begin: contentBegin, end, contentBegin, contentEnd: end }
    begin = end + 1
  }
}
