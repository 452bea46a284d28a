import { CompileFailure, collecting } from '../../analysis/failure.ts'
import { limits } from '../../limits/limits.ts'
import { isReserved } from '../../names.ts'
import { type Condition, type Filtered, type Span, type Value, valuesIn } from '../../tree/expressions.ts'
import type { FlowNode } from '../../tree/flow.ts'
import { FlowBuilder, type OpenLoop } from '../../tree/flow-builder.ts'
import type { LiteralText, ParsedTemplate } from '../../tree/parsed-template.ts'
import type { Statement } from '../../tree/statement.ts'
import { Blocks } from './blocks.ts'
import { ExpressionReader } from './expression.ts'
import { isBlank, type MarkerSegment, type Segment, type TextSegment, tagName } from './lexer.ts'
import {
  type BoundName,
  type LoopHeader,
  readAssign,
  readCycle,
  readFor,
  readSingle,
  readWhen,
  unknownTag,
} from './tag-grammar.ts'

/** What a statement names. */
type Said = Pick<Statement, 'expressions' | 'binds'>

interface TagParts extends Span {
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
  private markers = 0

  constructor(source: string) {
    this.source = source
  }

  get flow(): readonly FlowNode[] {
    return this.builder.root
  }

  /** @throws CompileFailure for too many outputs and tags: what a parse costs is bounded */
  parse(segments: readonly Segment[]): void {
    const unclosed = this.blocks.enclosed(() => {
      for (const segment of segments) {
        if (segment.kind !== 'text' && this.isFull(segment)) this.refuseMore(segment.begin)
        if (this.failures.length >= limits.failures) break
        collecting(this.failures, () => this.segment(segment))
        if (this.markers > limits.markers) this.refuseMore(segment.begin)
      }
    })
    // Where reading ended early, what is open says nothing.
    if (this.failures.length < limits.failures) this.failures.push(...unclosed)
  }

  private refuseMore(begin: number): never {
    const most = limits.markers.toLocaleString('en-US')
    throw new CompileFailure('TOO_LARGE', `A template holds at most ${most} outputs and tags.`, begin)
  }

  private segment(segment: Segment): void {
    if (segment.kind === 'text') this.text(segment)
    else if (segment.kind === 'output') {
      this.requireShown(segment.begin)
      const reader = new ExpressionReader(this.source, segment.contentBegin, segment.contentEnd)
      this.output('output', segment, reader.filtered())
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

  /** One statement a line; line ends come before anything else. */
  private liquid(segment: MarkerSegment, { position }: ExpressionReader): void {
    this.requireShown(segment.begin)
    let comment: MarkerSegment | undefined
    const unclosed = this.blocks.enclosed(() => {
      for (const line of linesOf(this.source, position, segment.contentEnd)) {
        if (this.isFull(line) || this.failures.length >= limits.failures) break
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

  private line(name: string, line: MarkerSegment): void {
    const { begin, end, contentEnd } = line
    if (name === '#') return
    if (name === 'raw') throw new CompileFailure('SYNTAX', 'raw cannot stand inside {% liquid %}.', begin)
    const reader = new ExpressionReader(this.source, begin + name.length, contentEnd)
    if (name === 'liquid') this.liquid(line, reader)
    else this.statement({ name, begin, end, reader })
  }

  private statement(tag: TagParts): void {
    const { name, begin, reader } = tag
    if (name !== 'when' && name !== 'else' && name !== 'endcase') this.requireShown(begin)
    switch (name) {
      case 'assign':
        this.assign(tag)
        break
      case 'echo':
        this.output(name, tag, reader.filtered())
        break
      case 'cycle':
        this.cycle(tag)
        break
      case 'capture':
        this.capture(tag)
        break
      case 'if':
      case 'unless':
        this.blocks.push(name, begin)
        this.builder.push({ kind: 'branches', begin, arms: [], otherwise: undefined })
        this.arm(tag)
        break
      case 'case':
        this.case(tag)
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
        this.arm(tag)
        break
      case 'when': {
        this.blocks.branch(name, begin)
        const values = readWhen(reader)
        this.add(name, tag, { expressions: values.map(unfiltered) })
        this.builder.whenEqual(begin, values)
        break
      }
      case 'else':
        this.blocks.branch(name, begin)
        this.builder.otherwise()
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
    this.builder.add({ kind: 'assign', statement, name: bound.name, value })
  }

  private arm(tag: TagParts): void {
    const condition = tag.reader.condition()
    this.add(tag.name, tag, { expressions: valuesIn(condition).map(unfiltered) })
    const when: Condition = tag.name === 'unless' ? { kind: 'not', operand: condition } : condition
    this.builder.whenHolds(tag.begin, when)
  }

  // A block is open whatever is wrong with its tag, or its end would be a second error.

  private case(tag: TagParts): void {
    const { begin, reader } = tag
    this.blocks.push('case', begin)
    let value: Value | undefined
    try {
      value = readSingle(reader)
      this.add('case', tag, { expressions: [unfiltered(value)] })
    } finally {
      this.builder.push(value && { kind: 'case', begin, value, arms: [], otherwise: undefined })
    }
  }

  private capture({ begin, reader }: TagParts): void {
    let name = ''
    try {
      const bound = reader.name()
      name = bound.name
      reader.finish()
      requireFree(bound)
      this.assigned.add(name)
    } finally {
      this.blocks.push('capture', begin)
      this.builder.push({ kind: 'capture', begin, name, body: [] })
    }
  }

  private loop(tag: TagParts): void {
    const { begin } = tag
    let header: LoopHeader | undefined
    let statement: Statement | undefined
    try {
      header = readFor(tag.reader)
      const { bound, collection, offset, limit } = header
      const values = [collection, offset, limit].filter((value) => typeof value === 'object')
      statement = this.add('for', tag, { expressions: values.map(unfiltered), binds: bound.name })
      requireFree(bound)
    } finally {
      this.blocks.push('for', begin, header?.bound.name ?? '')
      this.builder.push(header && statement && this.loopNode(header, statement))
    }
  }

  private loopNode({ bound, ...header }: LoopHeader, statement: Statement): OpenLoop {
    const variable = bound.name
    const identity = `${variable}-${this.written(header.collection)}`
    const { begin } = statement
    return { kind: 'loop', begin, statement, variable, identity, ...header, body: [], otherwise: undefined }
  }

  private cycle(tag: TagParts): void {
    const { group, values } = readCycle(tag.reader)
    const all = group === undefined ? values : [group, ...values]
    const statement = this.add('cycle', tag, { expressions: all.map(unfiltered) })
    const identity = values.map((value) => this.written(value)).join(',')
    this.builder.add({ kind: 'cycle', statement, group, values, identity })
  }

  private written({ begin, end }: Span): string {
    return this.source.slice(begin, end)
  }

  /** What would leave a loop from inside a capture leaves both: nobody could say what was gathered. */
  private jump(tag: 'break' | 'continue', begin: number): void {
    if (!this.blocks.isDirectlyInLoop()) {
      const message = `${tag} stands only inside {% for %}, with no {% capture %} between them.`
      throw new CompileFailure('SYNTAX', message, begin)
    }
    this.builder.add({ kind: 'jump', tag, begin })
  }

  private output(tag: string, span: Span, value: Filtered): void {
    const statement = this.add(tag, span, { expressions: [value] })
    this.builder.add({ kind: 'output', statement, value })
  }

  private add(tag: string, { begin, end }: Span, said: Said): Statement {
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

  /** Counts one output or tag; the end of a block counts with its begin. */
  private isFull({ contentBegin }: MarkerSegment): boolean {
    if (this.source.startsWith('end', contentBegin)) return false
    this.markers += 1
    return this.markers > limits.markers
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
