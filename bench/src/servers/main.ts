import { writeFileSync } from 'node:fs'
import { Command, Option } from 'commander'
import { chooseCores, pinSelf } from './cores.ts'
import { report } from './report.ts'
import { rowsOf, runBench } from './run.ts'
import type { SluiceForm } from './sluice.ts'

interface Options {
  readonly json?: string
  readonly rounds: number
  readonly slice: number
  readonly form: SluiceForm
  readonly cpuProf?: string
}

const options = new Command('bench')
  .description('Measures real servers side by side in one run; prints ratios to a bare node:http server.')
  .option('--json <file>', 'also writes { rows } to a file')
  .option('--rounds <number>', 'rounds in which every contender takes its turn', Number, 5)
  .option('--slice <ms>', 'milliseconds of each contender in a round', Number, 1000)
  .addOption(new Option('--form <form>', 'which Sluice').choices(['built', 'sources']).default('built'))
  .option('--cpu-prof <folder>', 'writes CPU profiles of the proxy there; it is slower meanwhile')
  .parse()
  .opts<Options>()

const cores = chooseCores()
if (cores !== undefined) pinSelf(cores.load)
const { rounds, slice } = options
const result = await runBench({
  cores,
  form: options.form,
  profileFolder: options.cpuProf,
  rounds,
  warmUpMs: slice,
  saturatedMs: slice,
  alone: { rounds: 3, ms: slice / 2 },
  halfLoad: { rounds: 5, ms: slice },
  connections: 32,
  starts: 3,
})
console.log(report(result))
if (cores === undefined) console.log('\nNothing was pinned to a core: the load and the servers shared them.')
if (options.json !== undefined) {
  writeFileSync(options.json, `${JSON.stringify({ rows: rowsOf(result) }, null, 2)}\n`)
}
