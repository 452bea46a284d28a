import type { ParameterRow } from '@sluice/connector-schema'
import { type CompiledTemplate, compileTemplate, type PlaceName, type Uses } from '@sluice/templates'
import { compileConstraints, type OverrideCheck } from '../overrides/constraints.ts'
import type { DefinitionReport } from './definition-report.ts'

/** A header or query row, compiled. */
export interface CompiledRow {
  /** As the definition spells it. */
  readonly key: string
  /** Where its value stands in the definition, for messages. */
  readonly field: string
  readonly template: CompiledTemplate
  readonly overridable: boolean
  readonly sendEmpty: boolean
  /** The row's constraints; `undefined` where it has none. */
  readonly check: OverrideCheck | undefined
}

/** Compiles the rows of headers or query parameters. */
export function compileRows(
  field: 'headers' | 'query_parameters',
  rows: readonly ParameterRow[],
  report: DefinitionReport,
): readonly CompiledRow[] {
  return rows.flatMap((row, index) => {
    const path = `${field}[${index}].value`
    const compilation = compileTemplate(row.value, {
      place: placeOf(field, row.key),
      pathParameters: report.pathParameters,
    })
    report.addTemplate(path, compilation)
    const template = compilation.template
    if (template === undefined) return []
    if (row.overridable && namesIdentity(template.uses)) {
      const message =
        'A browser could replace the identity: set `overridable` to false, or take user.*, tenant_id and secrets out'
      report.error(path, 'OVERRIDABLE_IDENTITY', message)
    }
    const check = row.constraints && compileConstraints(row.constraints)
    return [
      { key: row.key, field: path, template, overridable: row.overridable, sendEmpty: row.send_empty, check },
    ]
  })
}

function placeOf(field: 'headers' | 'query_parameters', key: string): PlaceName {
  if (field === 'query_parameters') return 'query'
  return key.toLowerCase() === 'cookie' ? 'cookie' : 'header'
}

function namesIdentity(uses: Uses): boolean {
  return uses.secrets.size > 0 || uses.session.size > 0
}
