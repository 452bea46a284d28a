import { readFileSync, writeFileSync } from 'node:fs'
import {
  type ConnectorDefinition,
  type DefinitionIssue,
  documentedManifestOf,
  parseRegistry,
} from '@sluice/connector-schema'
import { readSessionToken } from '@sluice/proxy'
import type { Command } from 'commander'
import { CommandError } from '../command-error.ts'
import type { CommandContext } from '../context.ts'
import { frameIssues, locateIssues } from '../diagnostics/locate-issues.ts'
import { type FileIssue, readJsonFile } from '../json-file.ts'
import { examples } from '../options.ts'
import type { Output } from '../output.ts'
import { connectorsFile } from '../types/connectors-file.ts'
import { fetchManifest } from '../types/fetch-manifest.ts'

/** The options of `sluice types`. */
export interface TypesOptions {
  /** Where to write; without it the text is the result on stdout. */
  readonly output?: string
  /** The base of a running proxy, instead of files. */
  readonly url?: string
  /** Whether the session token comes from stdin, instead of `SLUICE_SESSION_TOKEN`. */
  readonly sessionStdin?: boolean
}

const usualRegistry = 'connectors_registry.json'

/** Adds `sluice types`. */
export function registerTypes(program: Command, { output }: CommandContext): void {
  program
    .command('types')
    .description('write the manifest and the types of connectors, of registry files or of a running proxy')
    .argument('[files...]', `registry files; ${usualRegistry} unless said otherwise`)
    .option('-o, --output <file>', 'where to write, as connectors.gen.ts; stdout unless said otherwise')
    .option('--url <base>', 'ask a running proxy, with a session token, instead of reading files')
    .option('--session-stdin', 'read the session token from stdin; from SLUICE_SESSION_TOKEN unless said so')
    .addHelpText(
      'after',
      examples(
        'sluice types -o src/connectors.gen.ts',
        'sluice types --url https://connect.example.com -o src/connectors.gen.ts',
        'sluice types --url https://connect.example.com --session-stdin < token.txt > connectors.gen.ts',
      ),
    )
    .action((files: readonly string[], options: TypesOptions) => types(files, options, output))
}

/**
 * `sluice types`: writes the manifest and the types of connectors. An invalid registry writes nothing.
 *
 * @throws CommandError where a file is wrong, the proxy does not answer, or nothing can be written
 */
async function types(files: readonly string[], options: TypesOptions, output: Output): Promise<void> {
  if (options.url !== undefined && files.length > 0) {
    throw new CommandError('Nothing was written: name registry files or --url, not both')
  }
  const text =
    options.url === undefined
      ? await fromFiles(files.length > 0 ? files : [usualRegistry], output)
      : await connectorsFile(await fetchManifest(options.url, tokenOf(options)))
  if (options.output === undefined) return output.result(text.trimEnd())
  try {
    writeFileSync(options.output, text)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    throw new CommandError(`Cannot write to ${options.output}${code}`, { cause: error })
  }
  output.note(`wrote ${options.output}`)
}

/** Tokens are never arguments, which other processes see. Without one the proxy is asked as anonymous callers do. */
function tokenOf({ sessionStdin = false }: TypesOptions): string | undefined {
  return sessionStdin ? readFileSync(0, 'utf8').trim() : readSessionToken()
}

async function fromFiles(files: readonly string[], output: Output): Promise<string> {
  const definitions = new Map<string, ConnectorDefinition>()
  const issues: FileIssue[] = []
  for (const file of files) {
    const json = readJsonFile(file)
    issues.push(...frameIssues(json))
    if (json.errors.length > 0) continue
    const registry = parseRegistry(json.value)
    const found: DefinitionIssue[] = [...registry.errors]
    for (const [index, definition] of registry.definitions.entries()) {
      const { permalink } = definition
      if (definitions.has(permalink)) {
        const message = `The permalink \`${permalink}\` stands in another file already; give one of them another`
        found.push({ path: `connectors[${index}]`, code: 'DUPLICATE_KEY', message })
      }
      definitions.set(permalink, definition)
    }
    issues.push(...locateIssues(json, found))
  }
  if (issues.length > 0) {
    output.issues(issues, 'error')
    throw new CommandError('Nothing was written: mend the errors above')
  }
  return connectorsFile(documentedManifestOf([...definitions.values()]))
}
