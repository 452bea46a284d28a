import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createTenantMemory } from './tenant-memory.ts'

const keys = (count: number) => Array.from({ length: count }, (_, index) => `k${index}`)

describe('entries', () => {
  test('a tenant alone may use all of it, least recently used out first', () => {
    const memory = createTenantMemory<number>({ maxEntries: 10 })
    for (const key of keys(12)) {
      memory.set({ tenantId: 'a', key }, 1)
      memory.get('a', 'k0')
    }
    expect(memory.size).toBe(10)
    expect(memory.get('a', 'k0')).toBe(1)
    expect(memory.get('a', 'k1')).toBeUndefined()
  })

  test('a tenant that writes without end pushes out nothing that another has within its share', () => {
    const memory = createTenantMemory<number>({ maxEntries: 10 })
    for (const key of keys(5)) memory.set({ tenantId: 'quiet', key }, 1)
    for (const key of keys(1000)) memory.set({ tenantId: 'loud', key }, 1)
    expect(keys(5).map((key) => memory.get('quiet', key))).toEqual([1, 1, 1, 1, 1])
    expect(memory.size).toBe(10)
  })

  test('what one has beyond its share makes room for another', () => {
    const memory = createTenantMemory<number>({ maxEntries: 10 })
    for (const key of keys(10)) memory.set({ tenantId: 'first', key }, 1)
    for (const key of keys(5)) memory.set({ tenantId: 'later', key }, 1)
    expect(keys(5).map((key) => memory.get('later', key))).toEqual([1, 1, 1, 1, 1])
  })

  test('one name of two tenants is two entries', () => {
    const memory = createTenantMemory<number>({ maxEntries: 10 })
    memory.set({ tenantId: 'a', key: 'k' }, 1)
    memory.set({ tenantId: 'b', key: 'k' }, 2)
    memory.delete('a', 'k')
    expect([memory.get('a', 'k'), memory.get('b', 'k')]).toEqual([undefined, 2])
    memory.forget('b')
    expect([memory.get('b', 'k'), memory.size]).toEqual([undefined, 0])
  })
})

test('an entry is gone after its lifetime, whether or not anybody asks', async () => {
  const dropped: string[] = []
  const memory = createTenantMemory<number>({
    maxEntries: 10,
    ttlMs: 20,
    onDrop: (_value, key) => void dropped.push(key),
  })
  memory.set({ tenantId: 'a', key: 'short' }, 1)
  memory.set({ tenantId: 'a', key: 'long' }, 1, 60_000)
  await expect.poll(() => dropped, { timeout: 10_000 }).toEqual(['short'])
  expect(memory.size).toBe(1)
})

test('a lifetime beyond what a timer can wait is no short one', async () => {
  const memory = createTenantMemory<number>({ maxEntries: 10 })
  memory.set({ tenantId: 'a', key: 'k' }, 1, 2 ** 40)
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect(memory.get('a', 'k')).toBe(1)
})

test('whatever is set, read and deleted, the bounds hold, and nobody loses what lies within its share', () => {
  const tenant = fc.constantFrom('a', 'b', 'c')
  const key = fc.integer({ min: 0, max: 30 }).map((number) => `k${number}`)
  const act = fc.oneof(
    fc.record({ kind: fc.constant('set' as const), tenant, key, bytes: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ kind: fc.constantFrom('get' as const, 'delete' as const, 'forget' as const), tenant, key }),
  )
  fc.assert(
    fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
      const memory = createTenantMemory<number>({ maxEntries: 12, maxBytes: 120, bytesOf: (value) => value })
      const held = new Map<string, Map<string, number>>()
      for (const one of acts) {
        const own = held.get(one.tenant) ?? new Map<string, number>()
        held.set(one.tenant, own)
        if (one.kind === 'set') {
          memory.set({ tenantId: one.tenant, key: one.key }, one.bytes)
          own.set(one.key, one.bytes)
        } else if (one.kind === 'get') memory.get(one.tenant, one.key)
        else if (one.kind === 'delete') {
          memory.delete(one.tenant, one.key)
          own.delete(one.key)
        } else {
          memory.forget(one.tenant)
          own.clear()
        }
        let [entries, bytes] = [0, 0]
        for (const [name, expected] of held) {
          const before = expected.size
          const beforeBytes = sum(expected)
          for (const [known, value] of expected) {
            const got = memory.get(name, known)
            if (got === undefined) expected.delete(known)
            else expect(got).toBe(value)
          }
          const isWithin = before <= 12 / 3 && beforeBytes <= 120 / 3
          if (isWithin) expect(expected.size).toBe(before)
          entries += expected.size
          bytes += sum(expected)
        }
        expect(memory.size).toBe(entries)
        expect(entries).toBeLessThanOrEqual(12)
        expect(bytes).toBeLessThanOrEqual(120)
      }
    }),
  )
})

function sum(values: ReadonlyMap<string, number>): number {
  return [...values.values()].reduce((total, value) => total + value, 0)
}
