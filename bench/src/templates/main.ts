import { writeFileSync } from 'node:fs'
import { Command } from 'commander'
import { markdownTable } from '../table.ts'
import { runTemplates, type TemplateRow } from './run.ts'

const program = new Command('bench:templates')
  .description(
    'Renders four shapes of templates in several ways, and prints the ratios to hand-written JavaScript.',
  )
  .option('--json <file>', 'also writes { rows } to a file')
  .option('--rounds <number>', 'rounds in which every contender takes its turn', Number, 15)
  .option('--slice <ms>', 'milliseconds of each contender in a round', Number, 60)
  .parse()

const { json, rounds, slice } = program.opts<{ json?: string; rounds: number; slice: number }>()
const rows = runTemplates({ rounds, sliceMs: slice })
console.log(markdownTable(['shape', 'contender', 'µs', '× by hand'], rows.map(cells)))
if (json !== undefined) writeFileSync(json, `${JSON.stringify({ rows }, null, 2)}\n`)

function cells({ shape, contender, us, ratio }: TemplateRow): readonly string[] {
  return [shape, contender, us.toFixed(2), ratio.toFixed(2)]
}
