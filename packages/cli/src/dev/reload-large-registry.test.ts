import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { createRegistryCompiler } from '@sluice/pipeline/compile'
import { expect, test } from 'vitest'
import { reloadRegistry } from './load.ts'

const file = join(mkdtempSync(join(tmpdir(), 'sluice-large-')), 'registry.json')

function entry(index: number, text: string) {
  return {
    name: `Connector ${index}`,
    url: `https://api.example.com/items/{{ pathParams.id }}/${index}`,
    headers: [{ key: 'X-On-Behalf-Of', value: '{{ user.email }}' }],
    query_parameters: [{ key: 'limit', value: '20', overridable: true }],
    path_parameters: [{ key: 'id' }],
    response_body: `{"text": "${text}", "body": {{ response.body | json }}}`,
    // A warning in every entry: their places are found without a tree of the whole file.
    nmae: 'x',
  }
}

function write(count: number, changed: string): void {
  const connectors = Array.from({ length: count }, (_, index) => entry(index, index === 7 ? changed : 'same'))
  writeFileSync(file, JSON.stringify({ connectors }, null, 2))
}

test('a large registry is read and compiled while others are served, and an edit compiles one connector', {
  timeout: 120_000,
}, async () => {
  const slices = { pause: () => setImmediate(), monotonic: () => performance.now() }
  const compiler = createRegistryCompiler({ tenantId: 'acme' }, slices)
  let served = 0
  let isOver = false
  const serving = (async () => {
    while (!isOver) {
      await setImmediate()
      served += 1
    }
  })()
  write(400, 'first')
  const first = await reloadRegistry(file, { compiler, slices })
  const servedMeanwhile = served
  write(400, 'second')
  const second = await reloadRegistry(file, { compiler, slices })
  isOver = true
  await serving
  expect(first.warnings).toHaveLength(400)
  expect(servedMeanwhile).toBeGreaterThan(10)
  const changed = second.content?.filter((connector, index) => connector !== first.content?.[index])
  expect(changed?.map(({ permalink }) => permalink)).toEqual(['connector-7'])
})
