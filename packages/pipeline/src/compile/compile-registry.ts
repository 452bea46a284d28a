import { type DefinitionIssue, type IssueList, parseRegistry } from '@sluice/connector-schema'
import { type CompiledConnector, type CompileOptions, compileConnector } from './compile-connector.ts'
import { type KnownNames, missingNames } from './missing-names.ts'

/** How the connectors of a registry are compiled. */
export interface RegistryOptions extends CompileOptions {
  /** A name that is not among these is a warning; absent where the names to come are unknown. */
  readonly known?: KnownNames
}

/** A registry, compiled. */
export interface RegistryCompilation extends IssueList {
  /** Every connector in the registry's order; empty where there are errors: all or nothing (G6). */
  readonly connectors: readonly CompiledConnector[]
  /** How many connectors the registry names, also where there are errors. */
  readonly count: number
}

/**
 * Validates and compiles a registry wholly: every error and warning of every connector at once, each path beginning
 * with `connectors[n]`.
 *
 * @param input - parsed JSON
 */
export function compileRegistry(input: unknown, { known, ...options }: RegistryOptions): RegistryCompilation {
  const registry = parseRegistry(input)
  const connectors: CompiledConnector[] = []
  const errors: DefinitionIssue[] = [...registry.errors]
  const warnings: DefinitionIssue[] = [...registry.warnings]
  for (const [index, definition] of registry.checkable.entries()) {
    const within = (issue: DefinitionIssue): DefinitionIssue => ({
      ...issue,
      path: issue.path === '' ? `connectors[${index}]` : `connectors[${index}].${issue.path}`,
    })
    const { connector, ...found } = compileConnector(definition, options)
    errors.push(...found.errors.map(within))
    warnings.push(...found.warnings.map(within))
    if (connector === undefined) continue
    if (known !== undefined) warnings.push(...missingNames(connector, known).map(within))
    connectors.push(connector)
  }
  const count = registry.checkable.length
  return { connectors: errors.length === 0 ? connectors : [], count, errors, warnings }
}
