import type { Filtered, Span } from './expressions.ts'

/** An output or a tag, with every value that occurs in it. */
export interface Statement extends Span {
  /** `output`, or the tag's name. */
  readonly tag: string
  readonly expressions: readonly Filtered[]
  /** The name that `assign` and `for` bind. */
  readonly binds?: string
  /** Inside `capture`, text is only gathered; it lands somewhere when the capture is output. */
  readonly inCapture: boolean
  /** Variables of the loops around it. */
  readonly loopVariables: readonly string[]
}
