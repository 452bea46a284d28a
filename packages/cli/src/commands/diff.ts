import { compareConnectors } from '@sluice/pipeline/compile'
import { readSettings } from '@sluice/proxy'
import type { Command } from 'commander'
import { CommandError } from '../command-error.ts'
import type { CommandContext } from '../context.ts'
import { examples } from '../options.ts'
import type { Output } from '../output.ts'
import { type FailOn, failing, parseFailOn } from '../permissions/fail-on.ts'
import { loadConnectors } from '../permissions/load-connectors.ts'
import { factsAsMarkdown, factsAsText } from '../permissions/report.ts'

export interface DiffOptions {
  readonly json?: boolean
  readonly markdown?: boolean
  readonly failOn?: readonly FailOn[]
}

/** Adds `sluice diff`. */
export function registerDiff(program: Command, { output }: CommandContext): void {
  program
    .command('diff')
    .description('tell what a change of connectors lets happen, as facts and not as text')
    .argument('<old>', 'the registry before')
    .argument('<new>', 'the registry after')
    .option('--json', 'print one JSON document on stdout')
    .option('--markdown', 'print Markdown, for a comment on a pull request')
    .option(
      '--fail-on <facts>',
      'exit 1 on facts of this kind: wider or breaking, with codes after a colon; may be given again',
      parseFailOn,
    )
    .addHelpText(
      'after',
      examples(
        'sluice diff before.json connectors_registry.json',
        'sluice diff before.json after.json --markdown',
        'sluice diff before.json after.json --fail-on wider:SECRET,DESTINATION --fail-on breaking',
      ),
    )
    .action((before: string, after: string, options: DiffOptions) => diff([before, after], options, output))
}

/**
 * `sluice diff`: compares what two registries let happen.
 *
 * @throws CommandError where a registry has errors, or there are facts that `--fail-on` names
 */
function diff(files: readonly [string, string], options: DiffOptions, output: Output): void {
  const { json = false, markdown = false, failOn = [] } = options
  if (json && markdown) throw new CommandError('Print one of the two: --json or --markdown.')
  const settings = readSettings()
  const [before, after] = files.map((file) => loadConnectors(file, { settings, output }))
  const facts = compareConnectors(before ?? [], after ?? [])
  if (json) output.result(JSON.stringify({ facts }, null, 2))
  else output.result(markdown ? factsAsMarkdown(facts).trimEnd() : factsAsText(facts))
  const refused = failing(facts, failOn)
  if (refused.length === 0) return
  const codes = [...new Set(refused.map(({ code }) => code))].sort().join(', ')
  throw new CommandError(
    `Failed: ${refused.length} of the facts are of a kind that --fail-on names (${codes}).`,
  )
}
