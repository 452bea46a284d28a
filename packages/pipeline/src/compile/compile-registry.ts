import {
  closeRegistry,
  type DefinitionIssue,
  type IssueList,
  type OpenedRegistry,
  openRegistry,
  type ParsedDefinition,
  parseDefinition,
} from '@sluice/connector-schema'
import {
  type Compilation,
  type CompiledConnector,
  type CompileOptions,
  compileConnector,
} from './compile-connector.ts'
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

/** One entry of a registry, parsed and compiled. */
export interface CompiledEntry {
  readonly parsed: ParsedDefinition
  readonly compilation: Compilation
}

/**
 * Validates and compiles a registry wholly: every error and warning of every connector at once, each path beginning
 * with `connectors[n]`.
 *
 * @param input - parsed JSON
 */
export function compileRegistry(input: unknown, { known, ...options }: RegistryOptions): RegistryCompilation {
  const opened = openRegistry(input)
  return joinEntries(opened, { known, entries: opened.entries.map((entry) => compileEntry(entry, options)) })
}

/** Compiles one entry of a registry; a malformed one as far as it can be read, so that every error is told at once. */
export function compileEntry(entry: unknown, options: CompileOptions): CompiledEntry {
  const parsed = parseDefinition(entry)
  return { parsed, compilation: compileConnector(parsed.checkable, options) }
}

/** Makes one compilation of the entries of a registry. */
export function joinEntries(
  opened: OpenedRegistry,
  { known, entries }: { readonly known: KnownNames | undefined; readonly entries: readonly CompiledEntry[] },
): RegistryCompilation {
  const registry = closeRegistry(
    opened,
    entries.map(({ parsed }) => parsed),
  )
  const connectors: CompiledConnector[] = []
  const errors: DefinitionIssue[] = [...registry.errors]
  const warnings: DefinitionIssue[] = [...registry.warnings]
  for (const [index, { compilation }] of entries.entries()) {
    const within = (issue: DefinitionIssue): DefinitionIssue => ({
      ...issue,
      path: issue.path === '' ? `connectors[${index}]` : `connectors[${index}].${issue.path}`,
    })
    const { connector, ...found } = compilation
    errors.push(...found.errors.map(within))
    warnings.push(...found.warnings.map(within))
    if (connector === undefined) continue
    if (known !== undefined) warnings.push(...missingNames(connector, known).map(within))
    connectors.push(connector)
  }
  return { connectors: errors.length === 0 ? connectors : [], count: entries.length, errors, warnings }
}
