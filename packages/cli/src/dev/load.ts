import { type ConnectorDefinition, type DefinitionIssue, parseRegistry } from '@sluice/connector-schema'
import {
  type Compilation,
  type CompiledConnector,
  type CompileOptions,
  compileConnector,
} from '@sluice/pipeline'
import { frameIssues, locateIssues, locateWithoutFrames } from '../diagnostics/locate-issues.ts'
import { type FileIssue, readJsonFile } from '../json-file.ts'
import { type DevConfig, parseDevConfig } from './dev-config.ts'
import { type KnownNames, missingNames } from './missing-names.ts'

/** What a file gave: its content, or everything that is wrong with it. */
export type Loaded<Content> =
  | { readonly content: Content; readonly errors: readonly []; readonly warnings: readonly FileIssue[] }
  | {
      readonly content: undefined
      readonly errors: readonly FileIssue[]
      readonly warnings: readonly FileIssue[]
    }

/** Loads `sluice.dev.json`. */
export function loadConfig(file: string): Loaded<DevConfig> {
  const json = readJsonFile(file)
  if (json.errors.length > 0) return { content: undefined, errors: json.errors, warnings: [] }
  const { config, errors } = parseDevConfig(json.value)
  if (config === undefined)
    return { content: undefined, errors: locateWithoutFrames(json, errors), warnings: [] }
  return { content: config, errors: [], warnings: [] }
}

/** How a registry is judged: like a connector, and what may be said of plain http. */
export interface RegistryOptions extends CompileOptions {
  /** A destination that this finds something against is a warning `INSECURE_URL`. */
  readonly warnOfDestination?: CompileOptions['checkDestination']
  /** A secret or variable beside these is a warning; absent where nobody knows what there will be. */
  readonly known?: KnownNames
}

/** Loads and compiles a registry, wholly or not at all (G6); `count` is how many connectors it names. */
export function loadRegistry(
  file: string,
  options: RegistryOptions,
): Loaded<readonly CompiledConnector[]> & { readonly count: number } {
  const json = readJsonFile(file)
  if (json.errors.length > 0) return { content: undefined, errors: frameIssues(json), warnings: [], count: 0 }
  const registry = parseRegistry(json.value)
  const connectors: CompiledConnector[] = []
  const errors: DefinitionIssue[] = [...registry.errors]
  const warnings: DefinitionIssue[] = [...registry.warnings]
  for (const [index, definition] of registry.checkable.entries()) {
    const compilation = compile(definition, options)
    const within = (issue: DefinitionIssue) => ({
      ...issue,
      path: issue.path === '' ? `connectors[${index}]` : `connectors[${index}].${issue.path}`,
    })
    errors.push(...compilation.errors.map(within))
    warnings.push(...compilation.warnings.map(within))
    if (compilation.connector !== undefined) connectors.push(compilation.connector)
  }
  const located = locateIssues(json, warnings)
  const count = registry.checkable.length
  if (errors.length === 0) return { content: connectors, errors: [], warnings: located, count }
  return { content: undefined, errors: locateIssues(json, errors), warnings: located, count }
}

function compile(
  definition: ConnectorDefinition,
  { warnOfDestination, known, checkDestination, ...options }: RegistryOptions,
): Compilation {
  const insecure: DefinitionIssue[] = []
  const compilation = compileConnector(definition, {
    ...options,
    checkDestination(destination) {
      const message = warnOfDestination?.(destination)
      if (message === undefined) return checkDestination?.(destination)
      insecure.push({ path: 'url', code: 'INSECURE_URL', message })
      return undefined
    },
  })
  const { connector } = compilation
  const missing = connector === undefined || known === undefined ? [] : missingNames(connector, known)
  return { ...compilation, warnings: [...compilation.warnings, ...insecure, ...missing] }
}
