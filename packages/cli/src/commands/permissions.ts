import { readFileSync, writeFileSync } from 'node:fs'
import { describeConnectors } from '@sluice/pipeline/compile'
import { readSettings } from '@sluice/proxy'
import type { Command } from 'commander'
import { CommandError } from '../command-error.ts'
import type { CommandContext } from '../context.ts'
import { examples } from '../options.ts'
import type { Output } from '../output.ts'
import { loadConnectors } from '../permissions/load-connectors.ts'

export interface PermissionsOptions {
  readonly output: string
  readonly check?: boolean
}

const usualRegistry = 'connectors_registry.json'

/** Adds `sluice permissions`. */
export function registerPermissions(program: Command, { output }: CommandContext): void {
  program
    .command('permissions')
    .description('write what the connectors let happen now into a file that can be reviewed')
    .argument('[files...]', `registry files; ${usualRegistry} unless said otherwise`)
    .option('-o, --output <file>', 'the file to write, or to compare with', 'sluice.permissions.json')
    .option('--check', 'write nothing; exit 1 where the file is not what it would be')
    .addHelpText('after', examples('sluice permissions', 'sluice permissions --check registries/*.json'))
    .action((files: readonly string[], options: PermissionsOptions) => permissions(files, options, output))
}

/**
 * `sluice permissions`: writes what is let happen now, the same bytes for the same permissions.
 *
 * @throws CommandError where a registry has errors, or the file is another one and `--check`
 */
function permissions(files: readonly string[], options: PermissionsOptions, output: Output): void {
  const settings = readSettings()
  const names = files.length === 0 ? [usualRegistry] : files
  const connectors = names.flatMap((file) => [...loadConnectors(file, { settings, output })])
  const text = `${JSON.stringify({ version: 1, connectors: describeConnectors(connectors) }, null, 2)}\n`
  if (options.check !== true) {
    writeFileSync(options.output, text)
    output.note(`wrote ${options.output}`)
    return
  }
  if (readOrNothing(options.output) === text) return
  throw new CommandError(
    `${options.output} is not what the connectors let happen now. Run \`sluice permissions\` and review the change.`,
  )
}

function readOrNothing(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
