/** What authentication costs: exchanges as ratios to one without, and a large answer with its search and without. */
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { type CompiledConnector, type Ports, runExchange } from '@sluice/pipeline'
import { median } from '../measure.ts'
import { markdownTable } from '../table.ts'
import { authentications, benchPorts, connectorWith, session } from './connectors.ts'

const rounds = 7
const exchangesPerRound = 300
const downloadBytes = 100 * 1024 * 1024
const noSignal = new AbortController().signal

/** One exchange, its answer read to the end; gives the bytes of the answer. */
async function exchange(connector: CompiledConnector, ports: Ports): Promise<number> {
  const outcome = await runExchange(
    {
      requestId: 'bench',
      connector,
      session,
      query: [],
      headers: [],
      pathParams: [],
      payload: null,
      ifNoneMatch: undefined,
      ifModifiedSince: undefined,
      ending: { signal: noSignal },
    },
    ports,
  )
  if ('problem' in outcome) throw outcome.problem
  const { body } = outcome.answer
  if (!(body instanceof Readable)) return body?.byteLength ?? 0
  let bytes = 0
  for await (const chunk of body as AsyncIterable<Buffer>) bytes += chunk.byteLength
  return bytes
}

/** Milliseconds of some work. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now()
  await work()
  return performance.now() - begin
}

/** Medians over rounds in which all take their turn, so that a machine that slows down slows all of them. */
async function medians(
  subjects: ReadonlyMap<string, () => Promise<unknown>>,
): Promise<ReadonlyMap<string, number>> {
  const samples = new Map([...subjects.keys()].map((name) => [name, [] as number[]]))
  for (const work of subjects.values()) await work()
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, work] of subjects) samples.get(name)?.push(await timed(work))
  }
  return new Map([...samples].map(([name, times]) => [name, median(times)]))
}

async function measureExchanges(): Promise<string> {
  const answer = Buffer.from(
    JSON.stringify({ items: Array.from({ length: 20 }, (_, id) => ({ id, name: `item ${id}` })) }),
  )
  const ports = benchPorts(() => Readable.from([answer], { objectMode: false }))
  const subjects = Object.entries(authentications).map(
    ([name, authentication]): [string, () => Promise<void>] => {
      const connector = connectorWith(authentication)
      return [
        name,
        async () => {
          for (let count = 0; count < exchangesPerRound; count += 1) await exchange(connector, ports)
        },
      ]
    },
  )
  const times = await medians(new Map(subjects))
  const base = times.get('none') ?? Number.NaN
  const rows = [...times].map(([name, ms]) => {
    return [name, ((ms / exchangesPerRound) * 1000).toFixed(0), (base / ms).toFixed(2)]
  })
  return markdownTable(['authentication', 'µs an exchange', 'throughput, none = 1'], rows)
}

async function measureSearch(): Promise<string> {
  const chunk = randomBytes(64 * 1024)
  const ports = benchPorts(() => {
    const chunks = (function* () {
      for (let sent = 0; sent < downloadBytes; sent += chunk.byteLength) yield chunk
    })()
    return Readable.from(chunks, { objectMode: false })
  })
  const subjects = ['none', 'a key', 'a kept token'].map((name): [string, () => Promise<number>] => {
    const connector = connectorWith(authentications[name] ?? {})
    return [name, () => exchange(connector, ports)]
  })
  const times = await medians(new Map(subjects))
  const rows = [...times].map(([name, ms]) => [
    name === 'none' ? 'off: nothing was injected' : `on: ${name}`,
    ms.toFixed(0),
    (downloadBytes / 1024 / 1024 / (ms / 1000)).toFixed(0),
  ])
  return markdownTable(['search of 100 MiB', 'ms', 'MiB/s'], rows)
}

console.log(`${await measureExchanges()}\n\n${await measureSearch()}`)
