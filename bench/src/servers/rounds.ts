import { median } from '../measure.ts'
import type { Contender, ContenderId } from './contenders.ts'
import { keepRate, type LoadResult, saturate } from './load.ts'
import { costOf } from './process-cost.ts'

/** How long and how often; every duration is of one contender in one round. */
export interface RoundOptions {
  readonly rounds: number
  readonly warmUpMs: number
  readonly saturatedMs: number
  readonly alone: { readonly rounds: number; readonly ms: number }
  readonly halfLoad: { readonly rounds: number; readonly ms: number }
  readonly connections: number
}

/** What one contender reached, as medians over the rounds. */
export interface Reached {
  readonly id: ContenderId
  /** All exchanges of the rounds. */
  readonly requests: number
  readonly rps: number
  /** To `bare` in the same round. */
  readonly ratio: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** CPU time of its process for one exchange; NaN where that cannot be read. */
  readonly cpuUs: number
  /** How much of its core its process had work for: far below 1, the load or the API was the limit. */
  readonly busy: number
  /** Over one connection. */
  readonly alone: Pick<LoadResult, 'p50Ms' | 'p99Ms'>
}

/** Latency on top of that of `bare` at the same rate, which is half of what the contender can do. */
export interface Added {
  readonly id: ContenderId
  readonly rps: number
  readonly p50Ms: number
  readonly p99Ms: number
}

type Sample = LoadResult & { readonly cpuUs: number; readonly busy: number }

/** Loads every contender in turn, round after round, so that a machine that slows down slows all of them. */
export async function runRounds(
  contenders: readonly Contender[],
  options: RoundOptions,
): Promise<readonly Reached[]> {
  const { connections } = options
  for (const { target } of contenders) await saturate(target, { connections, ms: options.warmUpMs })
  const saturated = await inTurn(contenders, options.rounds, (contender) =>
    saturatedSample(contender, options),
  )
  const alone = await inTurn(contenders, options.alone.rounds, ({ target }) =>
    saturate(target, { connections: 1, ms: options.alone.ms }),
  )
  const bare = saturated.get('bare') ?? []
  return contenders.map(({ id }) => {
    const samples = saturated.get(id) ?? []
    const single = alone.get(id) ?? []
    return {
      id,
      requests: samples.reduce((sum, { requests }) => sum + requests, 0),
      rps: middle(samples, ({ rps }) => rps),
      ratio: median(samples.map(({ rps }, round) => rps / (bare[round]?.rps ?? Number.NaN))),
      p50Ms: middle(samples, ({ p50Ms }) => p50Ms),
      p99Ms: middle(samples, ({ p99Ms }) => p99Ms),
      cpuUs: middle(samples, ({ cpuUs }) => cpuUs),
      busy: middle(samples, ({ busy }) => busy),
      alone: { p50Ms: middle(single, ({ p50Ms }) => p50Ms), p99Ms: middle(single, ({ p99Ms }) => p99Ms) },
    }
  })
}

/** Measures what `measured` adds at half of its load, each beside `bare` at the same rate. */
export async function runHalfLoad(
  contenders: readonly Contender[],
  measured: readonly Reached[],
  { halfLoad, connections }: RoundOptions,
): Promise<readonly Added[]> {
  const bare = contenders.find(({ id }) => id === 'bare')
  if (bare === undefined) throw new Error('There is no bare server to compare with')
  const added: Added[] = []
  for (const { id, rps } of measured) {
    const contender = contenders.find((one) => one.id === id)
    if (contender === undefined) continue
    const load = { rps: rps / 2, ms: halfLoad.ms, connections: connections * 2 }
    const samples = await inTurn([bare, contender], halfLoad.rounds, ({ target }) => keepRate(target, load))
    const [base = [], own = []] = [samples.get('bare'), samples.get(id)]
    added.push({
      id,
      rps: load.rps,
      p50Ms: middle(own, ({ p50Ms }) => p50Ms) - middle(base, ({ p50Ms }) => p50Ms),
      p99Ms: middle(own, ({ p99Ms }) => p99Ms) - middle(base, ({ p99Ms }) => p99Ms),
    })
  }
  return added
}

async function saturatedSample(
  { target, server }: Contender,
  { connections, saturatedMs }: RoundOptions,
): Promise<Sample> {
  const before = costOf(server.pid)
  const began = performance.now()
  const result = await saturate(target, { connections, ms: saturatedMs })
  const wallMs = performance.now() - began
  const cpuMs = (costOf(server.pid)?.cpuMs ?? Number.NaN) - (before?.cpuMs ?? Number.NaN)
  return { ...result, cpuUs: (cpuMs * 1000) / result.requests, busy: cpuMs / wallMs }
}

/** Every second round goes backwards: nobody is always the one after the most strenuous. */
async function inTurn<Result>(
  contenders: readonly Contender[],
  rounds: number,
  measure: (contender: Contender) => Promise<Result>,
): Promise<ReadonlyMap<ContenderId, readonly Result[]>> {
  const results = new Map<ContenderId, Result[]>(contenders.map(({ id }) => [id, []]))
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? contenders : contenders.toReversed()
    for (const contender of order) results.get(contender.id)?.push(await measure(contender))
  }
  return results
}

function middle<Result>(results: readonly Result[], read: (result: Result) => number): number {
  return median(results.map(read))
}
