import { expect, test } from 'vitest'
import { rowIds } from './contenders.ts'
import { findProgram } from './installed.ts'
import { paths } from './parties.ts'
import { report } from './report.ts'
import { requireFair, rowsOf, runBench } from './run.ts'

const installed = {
  'nginx-hit': findProgram('nginx') !== undefined,
  'varnish-hit': findProgram('varnishd') !== undefined,
}

test('every contender answers right through a whole run, and each has a row', async () => {
  const result = await runBench({
    cores: undefined,
    form: 'sources',
    rounds: 1,
    warmUpMs: 50,
    saturatedMs: 100,
    alone: { rounds: 1, ms: 50 },
    halfLoad: { rounds: 1, ms: 100 },
    connections: 4,
    starts: 1,
  })

  const rows = rowsOf(result)
  const expected = rowIds.filter((id) => !(id in installed) || installed[id as keyof typeof installed])
  expect(rows.map(({ id }) => id)).toEqual(expected)
  for (const row of rows) {
    expect(Object.keys(row)).toEqual(['id', 'rps', 'ratio', 'p50_ms', 'p99_ms', 'cpu_us'])
    expect(row.rps).toBeGreaterThan(0)
    expect(row.ratio).toBeGreaterThan(0)
    expect(row.p99_ms).toBeGreaterThanOrEqual(row.p50_ms)
  }
  expect(rows[0]).toMatchObject({ id: 'bare', ratio: 1 })
  expect(result.added.map(({ id }) => id)).toEqual(['reply-from', 'miss', 'hit'])

  const text = report(result)
  const beside = [
    'revalidated',
    'recorded',
    ...(findProgram('redis-server') === undefined ? [] : ['hit-redis']),
  ]
  for (const id of [...rows.map((row) => row.id), ...beside]) expect(text).toContain(`| ${id} |`)
})

test('a miss that never reached the API, and a hit that did, end the run', () => {
  const one = {
    requests: 1000,
    rps: 1,
    ratio: 1,
    p50Ms: 1,
    p99Ms: 1,
    cpuUs: 1,
    busy: 1,
    alone: { p50Ms: 1, p99Ms: 1 },
  }
  const reached = [
    { id: 'reply-from', ...one },
    { id: 'miss', ...one },
    { id: 'hit', ...one },
  ] as const
  expect(() => requireFair(reached, { [paths.plain]: 2000, [paths.cacheable]: 3 })).not.toThrow()
  expect(() => requireFair(reached, { [paths.plain]: 1999 })).toThrow(paths.plain)
  expect(() => requireFair(reached, { [paths.plain]: 2000, [paths.cacheable]: 1000 })).toThrow(
    paths.cacheable,
  )
})
