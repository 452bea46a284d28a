import { type CompiledTemplate, compileTemplate, type PlaceName } from '@sluice/templates'
import type { DefinitionReport } from '../definition-report.ts'

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
  const compilation = compileTemplate(source, { place })
  report.addTemplate(configPath(field), compilation)
  return compilation.template
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
