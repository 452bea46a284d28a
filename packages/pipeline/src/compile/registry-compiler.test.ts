import { expect, test } from 'vitest'
import { compileRegistry } from './compile-registry.ts'
import { createRegistryCompiler } from './registry-compiler.ts'

const url = 'https://api.example.com/'
const named = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `Connector ${index}`, url }))

function compiler(tickMs = 0) {
  let [nowMs, pauses] = [0, 0]
  const slices = {
    monotonic: () => {
      nowMs += tickMs
      return nowMs
    },
    pause: async () => {
      pauses += 1
    },
  }
  return { ...createRegistryCompiler({ tenantId: 'acme' }, slices), pauses: () => pauses }
}

test('a connector whose definition did not change stays the same object, whatever changes around it', async () => {
  const { compile } = compiler()
  const [a, b, c] = named(3)
  const first = (await compile({ connectors: [a, b, c] })).connectors
  const changed = { ...b, description: 'new' }
  const second = (await compile({ connectors: [c, changed, a] })).connectors
  expect(second[0]).toBe(first[2])
  expect(second[2]).toBe(first[0])
  expect(second[1]).not.toBe(first[1])
  expect(second[1]?.revision).not.toBe(first[1]?.revision)
})

test('a version with mistakes does not make the next one compile everything', async () => {
  const { compile } = compiler()
  const [a, b] = named(2)
  const first = (await compile({ connectors: [a, b] })).connectors
  expect((await compile({ connectors: [a, b, { name: 'C' }] })).connectors).toEqual([])
  expect((await compile({ connectors: [a, b] })).connectors[0]).toBe(first[0])
})

test.each([
  ['valid', { connectors: named(3) }],
  [
    'with mistakes',
    { connectors: [...named(2), { name: 'X', url: '{{ ' }, 7, { name: 'Connector 0', url }] },
  ],
  ['without connectors', { connectorz: [] }],
  ['no object', 7],
])('what it finds is what a registry compiled in one go has: %s', async (_what, input) => {
  const found = await compiler().compile(input)
  const expected = compileRegistry(input, { tenantId: 'acme' })
  expect({ ...found, connectors: found.connectors.map(({ revision }) => revision) }).toEqual({
    ...expected,
    connectors: expected.connectors.map(({ revision }) => revision),
  })
})

test('it pauses whenever a slice is over, also where nothing has to be compiled', async () => {
  const { compile, pauses } = compiler(2)
  await compile({ connectors: named(100) })
  const first = pauses()
  expect(first).toBeGreaterThan(20)
  await compile({ connectors: named(100) })
  expect(pauses()).toBe(first * 2)
})
