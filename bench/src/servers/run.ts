import { type FieldOptions, openField, type RowId, rowIds } from './contenders.ts'
import { askOnce } from './load.ts'
import { paths } from './parties.ts'
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
    requireFair(reached, (await (await fetch(api.url + paths.seen)).json()) as Record<string, number>)
    const residentBytesAfter = costOf(sluice.pid)?.residentBytes ?? Number.NaN
    return { reached, added, startUp, residentBytesAfter }
  } finally {
    await field.stop()
  }
}

/** As often as the API may be asked for what is stored: by each cache, and again by calls that overtake the first. */
const asksUntilStored = 100

/**
 * That every miss was one, and every hit. The right bytes would also come of a miss that somebody remembered.
 *
 * @throws Error where the API was asked less or more often than that
 */
export function requireFair(reached: readonly Reached[], seen: Readonly<Record<string, number>>): void {
  const requestsOf = (...ids: readonly string[]) =>
    reached.filter(({ id }) => ids.includes(id)).reduce((sum, { requests }) => sum + requests, 0)
  const missed = [
    [paths.plain, requestsOf('reply-from', 'miss')],
    [paths.plainLarge, requestsOf('reply-from-100k', 'miss-100k')],
    [paths.escaped, requestsOf('scan-escaped')],
    [paths.confirmed, requestsOf('revalidated')],
  ] as const
  for (const [path, requests] of missed) {
    if ((seen[path] ?? 0) < requests)
      throw new Error(`${path}: the API was asked less often than its callers were`)
  }
  for (const path of [paths.cacheable, paths.shared]) {
    if ((seen[path] ?? 0) > asksUntilStored) {
      throw new Error(`${path}: the API was asked again for what is stored`)
    }
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
