import type { CompileFailure } from '../analysis/failure.ts'
import type { TextSegment } from '../dialects/liquid/lexer.ts'
import type { FlowNode } from './flow.ts'
import type { Statement } from './statement.ts'

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
