import type { DefinitionIssue } from '@sluice/connector-schema'
import type { Findings, PathParameterFormat } from '@sluice/templates'

/** What another language's templates make Liquid complain of. */
const languageCodes: ReadonlySet<string> = new Set([
  'SYNTAX',
  'UNKNOWN_TAG',
  'UNKNOWN_FILTER',
  'UNKNOWN_NAME',
  'INVALID_CALL',
  'JINJA_TEMPLATE',
])

/** Collects every error and warning of a definition while it is compiled. */
export class DefinitionReport {
  /** Every path parameter that a template of the definition may name. */
  readonly pathParameters: ReadonlyMap<string, PathParameterFormat>
  readonly warnings: DefinitionIssue[] = []
  /** Whether a template did not compile: what it uses is then not known. */
  hasFailedTemplate = false
  private readonly found: DefinitionIssue[] = []

  constructor(pathParameters: ReadonlyMap<string, PathParameterFormat>) {
    this.pathParameters = pathParameters
  }

  /** Of a definition that is written in Jinja2 only one error tells of its language. */
  get errors(): readonly DefinitionIssue[] {
    const jinja = this.found.find(({ code }) => code === 'JINJA_TEMPLATE')
    if (jinja === undefined) return this.found
    return this.found.filter((issue) => issue === jinja || !languageCodes.has(issue.code))
  }

  error(path: string, code: string, message: string): void {
    this.found.push({ path, code, message })
  }

  warning(path: string, code: string, message: string): void {
    this.warnings.push({ path, code, message })
  }

  addTemplate(path: string, { errors, warnings }: Findings): void {
    this.hasFailedTemplate ||= errors.length > 0
    this.found.push(...errors.map((diagnostic) => ({ path, ...diagnostic })))
    this.warnings.push(...warnings.map((diagnostic) => ({ path, ...diagnostic })))
  }
}
