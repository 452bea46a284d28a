import { resolve } from 'node:path'
import { readSettings } from '@sluice/proxy'
import type { Command } from 'commander'
import { CommandError } from '../command-error.ts'
import type { CommandContext } from '../context.ts'
import type { DevConfig } from '../dev/dev-config.ts'
import { loadConfig, loadRegistry } from '../dev/load.ts'
import { examples } from '../options.ts'
import type { Output } from '../output.ts'
import { registryOptions } from '../validate/registry-options.ts'
import { type FileReport, toDocument, toSentence } from '../validate/report.ts'

export interface ValidateOptions {
  readonly strict?: boolean
  readonly json?: boolean
  readonly config?: string
}

const usualRegistry = 'connectors_registry.json'

/** Adds `sluice validate`. */
export function registerValidate(program: Command, { output }: CommandContext): void {
  program
    .command('validate')
    .description('tell every error and warning of every connector, each with its place in the file')
    .argument('[files...]', `registry files; ${usualRegistry} unless said otherwise`)
    .option('--strict', 'fail on warnings too')
    .option('--json', 'print one JSON document on stdout instead of text')
    .option('--config <file>', 'judge hosts as `sluice dev` does with this configuration')
    .addHelpText(
      'after',
      examples(
        'sluice validate',
        'sluice validate --strict registries/*.json',
        'sluice validate --json --config sluice.dev.json',
      ),
    )
    .action((files: readonly string[], options: ValidateOptions) => validate(files, options, output))
}

/**
 * `sluice validate`: judges registry files without running anything.
 *
 * @throws CommandError where there are errors, or warnings and `--strict`
 */
function validate(files: readonly string[], options: ValidateOptions, output: Output): void {
  const { strict = false, json = false } = options
  const config = options.config === undefined ? undefined : configOf(options.config, output)
  const judge = registryOptions(config, readSettings())
  const names = files.length === 0 ? [usualRegistry] : files
  const reports = names.map((file): FileReport => {
    const { count, errors, warnings } = loadRegistry(file, judge)
    return { file, connectors: count, errors, warnings }
  })
  const document = toDocument(reports, strict)
  if (json) output.result(asciiJson(document))
  else {
    for (const { warnings, errors } of reports) {
      output.issues(warnings, 'warning')
      output.issues(errors, 'error')
    }
  }
  if (!document.valid) throw new CommandError(json ? '' : toSentence(document))
  if (!json) output.result(toSentence(document))
}

function configOf(file: string, output: Output): DevConfig {
  const { content, errors } = loadConfig(resolve(file))
  if (content !== undefined) return content
  output.issues(errors, 'error')
  throw new CommandError('Nothing was validated: mend the configuration first')
}

/** JSON in ASCII: what a message quotes of a file cannot steer the terminal on which it is read. */
function asciiJson(value: object): string {
  return JSON.stringify(value, null, 2).replace(
    /[^\n\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
