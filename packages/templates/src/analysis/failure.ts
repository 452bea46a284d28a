import type { DiagnosticCode, TemplateDiagnostic } from '../types.ts'
import { type Position, positionAt } from './position.ts'

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

/** The failure as its author sees it. */
function toDiagnostic(source: string, failure: CompileFailure): TemplateDiagnostic {
  const { line, column }: Position = positionAt(source, failure.offset)
  return { code: failure.code, message: failure.message, line, column }
}

/** Failures in the order of the text. */
export function toDiagnostics(source: string, failures: readonly CompileFailure[]): TemplateDiagnostic[] {
  return failures.toSorted((a, b) => a.offset - b.offset).map((failure) => toDiagnostic(source, failure))
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
