import { CompileFailure } from '../analysis/failure.ts'
import { limits } from '../limits/limits.ts'
import type { Statement } from '../tree/statement.ts'
import type { DiagnosticCode } from '../types.ts'
import type { Escape } from './escaping/escape.ts'

/**
 * What a place knows of the positions in its text. `P` is one position, an immutable value; a grammar says how
 * literal text and outputs move it, and how each output is made safe where it stands.
 */
export interface Grammar<P> {
  readonly start: P
  text(position: P, begin: number, end: number): P
  output(position: P, statement: Statement): P
  /** The position after two ways that meet; nothing where they cannot, for a later output would mean two things. */
  join(one: P, other: P): P | undefined
  same(one: P, other: P): boolean
  /** The position when nothing can be said any more of what can still be left unsaid. */
  widen(position: P): P
  end(position: P): void
  /** What to write instead, where two ways cannot meet. */
  readonly adviceToMeet: string
}

/** What was found while positions were computed. A loop is looked at more than once: each finding counts once. */
export class PositionReport {
  readonly source: string
  readonly failures: CompileFailure[] = []
  readonly warnings: CompileFailure[] = []
  /** How each output is made safe. */
  readonly escapes = new Map<Statement, Escape>()
  private readonly seen = new Set<string>()
  private stepsLeft: number = limits.positionSteps

  constructor(source: string) {
    this.source = source
  }

  /** @throws CompileFailure where there are too many ways through the template to look at */
  charge(steps: number): void {
    this.stepsLeft -= steps
    if (this.stepsLeft >= 0) return
    const message =
      'There are too many ways through this template: nest fewer loops, or write less text in them.'
    throw new CompileFailure('TOO_LARGE', message, 0)
  }

  fail(code: DiagnosticCode, message: string, offset: number): void {
    if (this.failures.length >= limits.failures) return
    if (this.isNew(`${offset} ${code} ${message}`))
      this.failures.push(new CompileFailure(code, message, offset))
  }

  warn(code: DiagnosticCode, message: string, offset: number): void {
    if (this.isNew(`${offset} ${code}`)) this.warnings.push(new CompileFailure(code, message, offset))
  }

  private isNew(identity: string): boolean {
    if (this.seen.has(identity)) return false
    this.seen.add(identity)
    return true
  }
}
