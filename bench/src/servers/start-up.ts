import { median } from '../measure.ts'
import type { FieldOptions } from './contenders.ts'
import { costOf } from './process-cost.ts'
import { startSluice } from './sluice.ts'
import { nodeCommand, type StartedServer, startServer } from './start.ts'

/** What it takes until a server is ready. */
export interface StartUp {
  readonly readyMs: number
  readonly residentBytes: number
}

/** Starts `sluice dev` and the bare server in turn, so many times; gives the medians of both. */
export async function measureStartUp(
  { cores, form }: FieldOptions,
  { api, rounds }: { readonly api: string; readonly rounds: number },
): Promise<{ readonly sluice: StartUp; readonly bare: StartUp }> {
  const core = cores?.server
  const samples = { sluice: [] as StartUp[], bare: [] as StartUp[] }
  for (let round = 0; round < rounds; round += 1) {
    samples.sluice.push(await once(startSluice({ form, api, core })))
    samples.bare.push(await once(startServer({ core, command: nodeCommand('bare') })))
  }
  return { sluice: medians(samples.sluice), bare: medians(samples.bare) }
}

async function once(starting: Promise<StartedServer>): Promise<StartUp> {
  const server = await starting
  const residentBytes = costOf(server.pid)?.residentBytes ?? Number.NaN
  await server.stop()
  return { readyMs: server.readyMs, residentBytes }
}

function medians(samples: readonly StartUp[]): StartUp {
  return {
    readyMs: median(samples.map(({ readyMs }) => readyMs)),
    residentBytes: median(samples.map(({ residentBytes }) => residentBytes)),
  }
}
