import type { Filtered } from './expressions.ts'

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
