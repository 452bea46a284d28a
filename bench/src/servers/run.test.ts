import { expect, test } from 'vitest'
import { rowIds } from './contenders.ts'
import { findProgram } from './installed.ts'
import { report } from './report.ts'
import { rowsOf, runBench } from './run.ts'

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
  for (const { id } of rows) expect(text).toContain(`| ${id} |`)
})
