import { type DefinitionIssue, parseRegistry } from '@sluice/connector-schema'
import { type CompiledConnector, type CompileOptions, compileConnector } from '@sluice/pipeline'
import { frameIssues, locateIssues, locateWithoutFrames } from '../diagnostics/locate-issues.ts'
import { type FileIssue, readJsonFile } from '../json-file.ts'
import { type DevConfig, parseDevConfig } from './dev-config.ts'

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

/** Loads and compiles a registry, wholly or not at all (G6). */
export function loadRegistry(file: string, options: CompileOptions): Loaded<readonly CompiledConnector[]> {
  const json = readJsonFile(file)
  if (json.errors.length > 0) return { content: undefined, errors: frameIssues(json), warnings: [] }
  const registry = parseRegistry(json.value)
  const connectors: CompiledConnector[] = []
  const errors: DefinitionIssue[] = [...registry.errors]
  const warnings: DefinitionIssue[] = [...registry.warnings]
  for (const [index, definition] of registry.checkable.entries()) {
    const compilation = compileConnector(definition, options)
    const within = (issue: DefinitionIssue) => ({
      ...issue,
      path: issue.path === '' ? `connectors[${index}]` : `connectors[${index}].${issue.path}`,
    })
    errors.push(...compilation.errors.map(within))
    warnings.push(...compilation.warnings.map(within))
    if (compilation.connector !== undefined) connectors.push(compilation.connector)
  }
  const located = locateIssues(json, warnings)
  if (errors.length > 0) return { content: undefined, errors: locateIssues(json, errors), warnings: located }
  return { content: connectors, errors: [], warnings: located }
}
