import { CompileFailure, collecting } from '../../analysis/failure.ts'
import { isReserved } from '../../names.ts'
import type { Filtered, Value } from '../../tree/expressions.ts'
import { FlowBuilder, type FlowNode } from '../../tree/flow.ts'
import type { LiteralText, ParsedTemplate } from '../../tree/parsed-template.ts'
import type { Statement } from '../../tree/statement.ts'
import { type BlockName, Blocks } from './blocks.ts'
import { ExpressionReader } from './expression.ts'
import { isBlank, type MarkerSegment, type Segment, type TextSegment, tagName } from './lexer.ts'
import {
  type BoundName,
  readAssign,
  readCycle,
  readFor,
  readSingle,
  readWhen,
  unknownTag,
} from './tag-grammar.ts'

interface Spot {
  readonly begin: number
  readonly end: number
}

/** What a statement names. */
type Said = Pick<Statement, 'expressions' | 'binds'>

interface TagParts extends Spot {
  readonly name: string
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
  private readonly builder = new FlowBuilder()

  constructor(source: string) {
    this.source = source
  }

  get flow(): readonly FlowNode[] {
    return this.builder.root
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
      this.write('output', segment, [reader.filtered()])
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
    this.builder.add({ kind: 'text', begin: segment.begin, end: segment.end })
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
        this.write(name, tag, [reader.filtered()])
        break
      case 'cycle':
        this.write(name, tag, readCycle(reader).map(unfiltered))
        break
      case 'capture':
        this.capture(tag)
        break
      case 'if':
      case 'unless':
        this.openBlock(name, begin)
        this.add(name, tag, { expressions: reader.condition().map(unfiltered) })
        break
      case 'case':
        this.openBlock(name, begin)
        this.add(name, tag, { expressions: [unfiltered(readSingle(reader))] })
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
        this.branch(name, begin)
        this.add(name, tag, { expressions: reader.condition().map(unfiltered) })
        break
      case 'when':
        this.branch(name, begin)
        this.add(name, tag, { expressions: readWhen(reader).map(unfiltered) })
        break
      case 'else':
        this.branch(name, begin)
        reader.finish()
        break
      case 'break':
      case 'continue':
        reader.finish()
        this.jump(name, begin)
        break
      case 'endif':
      case 'endunless':
      case 'endcase':
      case 'endfor':
      case 'endcapture':
        this.blocks.pop(name, begin)
        this.builder.pop()
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
    const statement = this.add('assign', tag, { expressions: [value], binds: bound.name })
    this.builder.add({ kind: 'assign', statement })
  }

  private capture(tag: TagParts): void {
    let name = ''
    try {
      const bound = tag.reader.name()
      name = bound.name
      tag.reader.finish()
      requireFree(bound)
      this.assigned.add(name)
    } finally {
      this.openBlock('capture', tag.begin, { name })
    }
  }

  private loop(tag: TagParts): void {
    let name = ''
    let statement: Statement | undefined
    try {
      const { bound, values } = readFor(tag.reader)
      name = bound.name
      statement = this.add('for', tag, { expressions: values.map(unfiltered), binds: name })
      requireFree(bound)
    } finally {
      // The block is open whatever is wrong with it, or its end would be a second error.
      this.openBlock('for', tag.begin, { name, statement })
    }
  }

  /** What would leave a loop from inside a capture leaves both: nobody could say what was gathered. */
  private jump(tag: 'break' | 'continue', begin: number): void {
    if (!this.blocks.isDirectlyInLoop()) {
      const message = `${tag} stands only inside {% for %}, with no {% capture %} between them.`
      throw new CompileFailure('SYNTAX', message, begin)
    }
    this.builder.add({ kind: 'jump', tag, begin })
  }

  private openBlock(
    tag: BlockName,
    begin: number,
    { name, statement }: { name?: string; statement?: Statement | undefined } = {},
  ): void {
    this.blocks.push(tag, begin, tag === 'for' ? (name ?? '') : undefined)
    this.builder.push(tag, begin, { name, statement })
  }

  private branch(tag: string, begin: number): void {
    this.blocks.branch(tag, begin)
    this.builder.branch(tag)
  }

  /** A statement that writes a value. */
  private write(tag: string, spot: Spot, expressions: readonly Filtered[]): void {
    this.builder.add({ kind: 'output', statement: this.add(tag, spot, { expressions }) })
  }

  private add(tag: string, { begin, end }: Spot, said: Said): Statement {
    const statement: Statement = {
      tag,
      begin,
      end,
      ...said,
      inCapture: this.blocks.isInCapture(),
      loopVariables: this.blocks.loopVariables(),
    }
    this.statements.push(statement)
    return statement
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
