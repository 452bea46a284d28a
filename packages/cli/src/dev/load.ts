import {
  type CompiledConnector,
  compileRegistry,
  type RegistryCompilation,
  type RegistryCompiler,
  type RegistryOptions,
  type SliceOptions,
} from '@sluice/pipeline/compile'
import { frameIssues, locateIssues, locateWithoutFrames } from '../diagnostics/locate-issues.ts'
import { type FileIssue, type JsonFile, readJsonFile, readJsonFileInSlices } from '../json-file.ts'
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

type LoadedRegistry = Loaded<readonly CompiledConnector[]> & { readonly count: number }

/** Loads and compiles a registry, wholly or not at all (G6); `count` is how many connectors it names. */
export function loadRegistry(file: string, options: RegistryOptions): LoadedRegistry {
  const json = readJsonFile(file)
  return json.errors.length > 0 ? unreadable(json) : located(json, compileRegistry(json.value, options))
}

/** The same while exchanges run: only what changed is compiled, in slices. */
export async function reloadRegistry(
  file: string,
  { compiler, slices }: { readonly compiler: RegistryCompiler; readonly slices: SliceOptions },
): Promise<LoadedRegistry> {
  const json = await readJsonFileInSlices(file, slices)
  return json.errors.length > 0 ? unreadable(json) : located(json, await compiler.compile(json.value))
}

function unreadable(json: JsonFile): LoadedRegistry {
  return { content: undefined, errors: frameIssues(json), warnings: [], count: 0 }
}

function located(json: JsonFile, { connectors, count, ...found }: RegistryCompilation): LoadedRegistry {
  const warnings = locateIssues(json, found.warnings)
  if (found.errors.length === 0) return { content: connectors, errors: [], warnings, count }
  return { content: undefined, errors: locateIssues(json, found.errors), warnings, count }
}
