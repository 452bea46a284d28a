import type { DefinitionIssue } from '@sluice/connector-schema'
import type { TemplateDiagnostic } from '@sluice/templates'

/** Collects every error and warning of a definition while it is compiled. */
export class DefinitionReport {
  readonly errors: DefinitionIssue[] = []
  readonly warnings: DefinitionIssue[] = []

  error(path: string, code: string, message: string): void {
    this.errors.push({ path, code, message })
  }

  warning(path: string, code: string, message: string): void {
    this.warnings.push({ path, code, message })
  }

  addTemplate(
    path: string,
    found: {
      readonly errors: readonly TemplateDiagnostic[]
      readonly warnings: readonly TemplateDiagnostic[]
    },
  ): void {
    this.errors.push(...found.errors.map((diagnostic) => ({ path, ...diagnostic })))
    this.warnings.push(...found.warnings.map((diagnostic) => ({ path, ...diagnostic })))
  }
}
