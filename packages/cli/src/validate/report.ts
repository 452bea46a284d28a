import type { FileIssue } from '../json-file.ts'
import type { Severity } from '../output.ts'

/** What was found in one registry file. */
export interface FileReport {
  readonly file: string
  /** How many connectors it has; 0 where it cannot be read. */
  readonly connectors: number
  readonly errors: readonly FileIssue[]
  readonly warnings: readonly FileIssue[]
}

/** The document of `sluice validate --json`. */
export interface ValidationDocument {
  /** Whether the exit code is 0. */
  readonly valid: boolean
  readonly strict: boolean
  readonly errors: number
  readonly warnings: number
  readonly files: readonly {
    readonly file: string
    readonly connectors: number
    readonly issues: readonly IssueEntry[]
  }[]
}

interface IssueEntry {
  readonly severity: Severity
  readonly code: string
  /** Where in the JSON value; empty where the file is no JSON. */
  readonly path: string
  readonly message: string
  /** The place in the file, from 1, columns in UTF-16 units. */
  readonly line: number
  readonly column: number
  /** The place in the template at `path`; `null` where the issue is not inside one. */
  readonly template: { readonly line: number; readonly column: number } | null
}

/** Sums up what was found. */
export function toDocument(reports: readonly FileReport[], strict: boolean): ValidationDocument {
  const count = (severity: 'errors' | 'warnings') =>
    reports.reduce((sum, one) => sum + one[severity].length, 0)
  const [errors, warnings] = [count('errors'), count('warnings')]
  return {
    valid: errors === 0 && !(strict && warnings > 0),
    strict,
    errors,
    warnings,
    files: reports.map((report) => ({
      file: report.file,
      connectors: report.connectors,
      issues: [...entries(report.errors, 'error'), ...entries(report.warnings, 'warning')],
    })),
  }
}

/** One sentence of the same. */
export function toSentence({ files, errors, warnings }: ValidationDocument): string {
  const connectors = files.reduce((sum, file) => sum + file.connectors, 0)
  const parts = [counted(errors, 'error'), counted(warnings, 'warning')]
  return `${counted(connectors, 'connector')} in ${counted(files.length, 'file')}: ${parts.join(', ')}`
}

function entries(issues: readonly FileIssue[], severity: Severity): IssueEntry[] {
  return issues.map(({ code, path = '', message, line, column, template = null }) => ({
    severity,
    code,
    path,
    message,
    line,
    column,
    template,
  }))
}

function counted(count: number, noun: string): string {
  return `${count === 0 ? 'no' : count} ${noun}${count === 1 ? '' : 's'}`
}
