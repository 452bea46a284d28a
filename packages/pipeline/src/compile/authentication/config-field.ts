import { type CompiledTemplate, compileTemplate, type PlaceName } from '@sluice/templates'
import type { DefinitionReport } from '../definition-report.ts'
import type { DestinationRules } from '../literal-destination.ts'

/** What the compiling of an authentication needs of the definition around it. */
export interface AuthenticationContext {
  readonly report: DefinitionReport
  readonly rules: DestinationRules
}

interface ConfigField {
  readonly field: string
  readonly source: string
  readonly place: PlaceName
}

/** Compiles one templated string of `authentication.config`. */
export function compileConfigField(
  { field, source, place }: ConfigField,
  report: DefinitionReport,
): CompiledTemplate | undefined {
  const compilation = compileTemplate(source, { place, pathParameters: report.pathParameters })
  report.addTemplate(configPath(field), compilation)
  return compilation.template
}

/** The same for a text that is a credential: it may not stand in the definition itself. */
export function compileCredential(
  field: string,
  source: string,
  report: DefinitionReport,
): CompiledTemplate | undefined {
  const template = compileConfigField({ field, source, place: 'auth_text' }, report)
  if (template !== undefined && isLiteral(template)) refuseLiteralCredential(field, report)
  return template
}

/** Whether the field depends on nothing, so that the definition itself holds the credential. */
export function isLiteral({ uses }: CompiledTemplate): boolean {
  return uses.secrets.size + uses.variables.size + uses.session.size + uses.pathParams.size === 0
}

/** Refuses a credential that stands in the definition itself, where everybody who reads it has it. */
export function refuseLiteralCredential(field: string, report: DefinitionReport): void {
  const message =
    "A credential may not stand in a definition: store it as a secret and write {{ get_secret('…') }}"
  report.error(configPath(field), 'LITERAL_CREDENTIAL', message)
}

export function configPath(field: string): string {
  return `authentication.config.${field}`
}
