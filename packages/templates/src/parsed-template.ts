import type { Filtered } from './ast.ts'
import type { CompileFailure } from './failure.ts'
import type { FlowNode } from './flow.ts'
import type { TextSegment } from './lexer.ts'

/** An output or a tag, with every value that occurs in it. */
export interface Statement {
  /** `output`, or the tag's name. */
  readonly tag: string
  readonly begin: number
  readonly end: number
  readonly expressions: readonly Filtered[]
  /** The name that `assign` and `for` bind. */
  readonly binds?: string
  /** Inside `capture`, text is only gathered; it lands somewhere when the capture is output. */
  readonly inCapture: boolean
  /** Variables of the loops around it. */
  readonly loopVariables: readonly string[]
}

/** Whether a statement writes a value. */
export function writes({ tag }: Statement): boolean {
  return tag === 'output' || tag === 'echo' || tag === 'cycle'
}

/** Literal text that is part of what is rendered. */
export interface LiteralText extends TextSegment {
  readonly inCapture: boolean
}

/** What a source holds: flat, in the order of the text, and as a tree. */
export interface ParsedTemplate {
  readonly statements: readonly Statement[]
  readonly texts: readonly LiteralText[]
  /** Meaningful only where there are no failures. */
  readonly flow: readonly FlowNode[]
  /** Names that `assign` and `capture` bind. */
  readonly assigned: ReadonlySet<string>
  readonly failures: readonly CompileFailure[]
}
