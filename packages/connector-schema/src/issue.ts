/** One mistake, or warning, in a definition. */
export interface DefinitionIssue {
  /** Where, e.g. `headers[2].value`; empty for the definition as a whole. */
  readonly path: string
  readonly code: DefinitionIssueCode
  /** What is wrong and what to write instead. */
  readonly message: string
  /** Position inside the template at `path`, from 1. */
  readonly line?: number
  readonly column?: number
}

/** Codes of issues that validation without templates finds; templates bring their own. */
export type DefinitionIssueCode =
  | 'REQUIRED'
  | 'INVALID_TYPE'
  | 'INVALID_VALUE'
  | 'TOO_LONG'
  | 'UNKNOWN_KEY'
  | 'DUPLICATE_KEY'
  | 'RESERVED_KEY'
  | 'REFUSED_HEADER'
  | 'INVALID_CONSTRAINTS'
  | 'INVALID_SCHEMA'
  | 'UNDERIVABLE_PERMALINK'
  | 'BODY_NOT_ALLOWED'
  | 'NOT_SUPPORTED'
  | 'ANONYMOUS_WITHOUT_LIMIT'
  | (string & {})

/** Errors and warnings of one definition, all of them. */
export interface IssueList {
  readonly errors: readonly DefinitionIssue[]
  readonly warnings: readonly DefinitionIssue[]
}

/** Writes a path as people read it: `['headers', 2, 'value']` → `headers[2].value`. */
export function formatPath(path: readonly PropertyKey[]): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else text += text === '' ? String(part) : `.${String(part)}`
  }
  return text
}
