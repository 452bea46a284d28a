import { limits } from '../limits/limits.ts'
import type { DiagnosticCode, TemplateDiagnostic } from '../types.ts'
import { createPositions } from './position.ts'

/** Something wrong at one offset of a template's source, found while compiling. */
export class CompileFailure extends Error {
  readonly code: DiagnosticCode
  readonly offset: number

  constructor(code: DiagnosticCode, message: string, offset: number) {
    super(message)
    this.code = code
    this.offset = offset
  }
}

/** Failures as their author sees them, in the order of the text: the first of them, where there are very many. */
export function toDiagnostics(source: string, failures: readonly CompileFailure[]): TemplateDiagnostic[] {
  const positionOf = createPositions(source)
  return failures
    .toSorted((a, b) => a.offset - b.offset)
    .slice(0, limits.failures)
    .map(({ code, message, offset }) => ({ code, message, ...positionOf(offset) }))
}

/** Runs one step; what it finds wrong is collected, so that all errors of a template are told at once. */
export function collecting(failures: CompileFailure[], step: () => void): void {
  try {
    step()
  } catch (error) {
    if (!(error instanceof CompileFailure)) throw error
    failures.push(error)
  }
}
