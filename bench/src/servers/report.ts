import { markdownTable } from '../table.ts'
import type { ContenderId } from './contenders.ts'
import type { Added, Reached } from './rounds.ts'
import type { BenchResult } from './run.ts'

/** Pairs whose quotient says more than that of each to `bare`. */
const pairs: readonly (readonly [ContenderId, ContenderId])[] = [
  ['miss', 'reply-from'],
  ['miss-100k', 'reply-from-100k'],
  ['hit', 'nginx-hit'],
  ['hit', 'varnish-hit'],
  ['hit', 'recorded'],
  ['recorded', 'varnish-hit'],
]

/** What one run measured, in Markdown. */
export function report({ reached, added, startUp, residentBytesAfter }: BenchResult): string {
  const { sluice, bare } = startUp
  return [
    contenderTable(reached),
    pairTable(reached),
    addedTable(added),
    markdownTable(
      ['`sluice dev`', 'ready ms', '× bare', 'resident MiB', '× bare', 'after the load MiB'],
      [
        [
          'start',
          sluice.readyMs.toFixed(0),
          (sluice.readyMs / bare.readyMs).toFixed(1),
          mebibytes(sluice.residentBytes),
          (sluice.residentBytes / bare.residentBytes).toFixed(1),
          mebibytes(residentBytesAfter),
        ],
      ],
    ),
  ].join('\n\n')
}

function contenderTable(reached: readonly Reached[]): string {
  const head = [
    'contender',
    '× bare',
    'rps',
    'p50 ms',
    'p99 ms',
    'CPU µs',
    'busy',
    'alone p50 ms',
    'alone p99 ms',
  ]
  const rows = reached.map(({ id, rps, ratio, p50Ms, p99Ms, cpuUs, busy, alone }) => [
    id,
    ratio.toFixed(2),
    rps.toFixed(0),
    p50Ms.toFixed(2),
    p99Ms.toFixed(2),
    cpuUs.toFixed(0),
    busy.toFixed(2),
    alone.p50Ms.toFixed(2),
    alone.p99Ms.toFixed(2),
  ])
  return markdownTable(head, rows)
}

function pairTable(reached: readonly Reached[]): string {
  const rows = pairs.flatMap(([id, other]) => {
    const [one, base] = [id, other].map((name) => reached.find((found) => found.id === name))
    if (one === undefined || base === undefined) return []
    return [[`${id} ÷ ${other}`, (one.ratio / base.ratio).toFixed(2), (one.cpuUs / base.cpuUs).toFixed(2)]]
  })
  return markdownTable(['pair', 'throughput', 'CPU an exchange'], rows)
}

function addedTable(added: readonly Added[]): string {
  const rows = added.map(({ id, rps, p50Ms, p99Ms }) => [
    id,
    rps.toFixed(0),
    p50Ms.toFixed(2),
    p99Ms.toFixed(2),
  ])
  return markdownTable(['added at half load', 'rps', 'p50 ms', 'p99 ms'], rows)
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(0)
}
