import { type FieldOptions, openField, type RowId, rowIds } from './contenders.ts'
import { askOnce } from './load.ts'
import { costOf } from './process-cost.ts'
import { type Added, type Reached, type RoundOptions, runHalfLoad, runRounds } from './rounds.ts'
import { measureStartUp, type StartUp } from './start-up.ts'

export interface BenchOptions extends FieldOptions, RoundOptions {
  readonly starts: number
}

/** Everything that one run measured. */
export interface BenchResult {
  readonly reached: readonly Reached[]
  readonly added: readonly Added[]
  readonly startUp: { readonly sluice: StartUp; readonly bare: StartUp }
  /** Of the proxy after all its exchanges. */
  readonly residentBytesAfter: number
}

/** One contender, as it stands in the JSON. */
export interface BenchRow {
  readonly id: RowId
  readonly rps: number
  readonly ratio: number
  readonly p50_ms: number
  readonly p99_ms: number
  readonly cpu_us: number
}

/** Those whose place is between a caller and an answer. */
const proxies = ['reply-from', 'miss', 'hit']

/**
 * Measures all contenders in one run. Whoever gives a single wrong answer ends it.
 *
 * @throws Error of the first wrong answer, or of a server that does not start
 */
export async function runBench(options: BenchOptions): Promise<BenchResult> {
  const field = await openField(options)
  try {
    const { contenders, sluice, api } = field
    for (const { target } of contenders) await askOnce(target)
    const startUp = await measureStartUp(options, { api: api.url, rounds: options.starts })
    const reached = await runRounds(contenders, options)
    const between = reached.filter(({ id }) => proxies.includes(id))
    const added = await runHalfLoad(contenders, between, options)
    const residentBytesAfter = costOf(sluice.pid)?.residentBytes ?? Number.NaN
    return { reached, added, startUp, residentBytesAfter }
  } finally {
    await field.stop()
  }
}

/** The rows of the JSON, in the order of the table. */
export function rowsOf({ reached }: BenchResult): readonly BenchRow[] {
  return rowIds.flatMap((id) => {
    const found = reached.find((one) => one.id === id)
    if (found === undefined) return []
    const { rps, ratio, p50Ms, p99Ms, cpuUs } = found
    return [{ id, rps, ratio, p50_ms: p50Ms, p99_ms: p99Ms, cpu_us: cpuUs }]
  })
}
