import type { StoredAnswer } from '@sluice/pipeline'
import { describe, expect, test } from 'vitest'
import { createMarks, isMark, markOf } from './marks.ts'
import { createMemoryTier, type MemoryTierOptions } from './memory-tier.ts'

const freshness = {
  receivedAtMs: 0,
  initialAgeSeconds: 0,
  lifetimeSeconds: 60,
  browserLifetimeSeconds: 60,
  staleWhileRevalidateSeconds: 0,
  staleIfErrorSeconds: 0,
}
const answer = (bytes: number): StoredAnswer => ({
  status: 200,
  headers: [],
  body: new Uint8Array(bytes),
  transformed: false,
  said: [],
  freshness,
})

const at = (key: string, tenantId = 'acme') => ({ tenantId, key })

function tier(options?: MemoryTierOptions) {
  const marks = createMarks()
  const memory = createMemoryTier(marks, options)
  const set = (
    key: string,
    stored: StoredAnswer,
    { forMs = 60_000, tags = [] as readonly string[], tenantId = 'acme' } = {},
  ) => memory.set({ tenantId, key }, stored, { taken: marks.take(tenantId, tags), forMs })
  return { marks, memory, set }
}

test('a stored answer is given as it was stored', () => {
  const { memory, set } = tier()
  set('k', answer(3))
  expect(memory.get(at('k'))).toEqual(answer(3))
  expect(memory.get(at('k'))).toBe(memory.get(at('k')))
  expect(memory.get(at('other'))).toBeUndefined()
})

test('the entries never pass their bound, least recently used out first', () => {
  const { memory, set } = tier({ maxEntries: 2 })
  set('a', answer(1))
  set('b', answer(1))
  memory.get(at('a'))
  set('c', answer(1))
  expect(['a', 'b', 'c'].map((key) => memory.get(at(key)) !== undefined)).toEqual([true, false, true])
})

test('the bytes never pass their bound, and an answer larger than it is not stored', () => {
  const { memory, set } = tier({ maxBytes: 10_000 })
  set('a', answer(5000))
  set('b', answer(5000))
  expect(['a', 'b'].map((key) => memory.get(at(key)) !== undefined)).toEqual([false, true])
  set('huge', answer(20_000))
  expect(memory.get(at('huge'))).toBeUndefined()
})

test('a small body does not hold on to the buffer that it was cut from', () => {
  const { memory, set } = tier()
  set('k', { ...answer(0), body: Buffer.alloc(100_000).subarray(10, 20) })
  expect(memory.get(at('k'))?.body.buffer.byteLength).toBe(10)
})

test('an answer is gone when its time is over', async () => {
  const { memory, set } = tier()
  set('k', answer(1), { forMs: 20 })
  await expect.poll(() => memory.get(at('k'))).toBeUndefined()
})

const digest = (letter: string) => letter.repeat(22)
const [tenant, one, other] = [
  `t${digest('T')}`,
  `c${digest('T')}.${digest('A')}`,
  `u${digest('T')}.${digest('B')}`,
] as const

test('what is invalidated is gone, and what has nothing to do with it stays', () => {
  const { marks, memory, set } = tier()
  set('k', answer(1), { tags: [tenant, one, other] })
  set('l', answer(1), { tags: [tenant, other] })
  marks.invalidate([markOf(one)])
  expect([memory.get(at('k')), memory.get(at('l')) !== undefined]).toEqual([undefined, true])
  marks.invalidateAll()
  expect(memory.get(at('l'))).toBeUndefined()
})

test('URLs are invalidated like anything else, though they share marks', () => {
  const { marks, memory, set } = tier()
  set('k', answer(1), { tags: [tenant, one, other] })
  marks.invalidate([markOf(other)])
  expect(memory.get(at('k'))).toBeUndefined()
  expect(markOf(other)).toMatch(/^u[\w-]{22}\.\d{1,5}$/)
  expect(isMark(markOf(other))).toBe(true)
})

test('what was taken before an invalidation is not stored after it', () => {
  const { marks, memory } = tier()
  const taken = marks.take('acme', [tenant, one])
  marks.invalidate([markOf(one)])
  memory.set(at('k'), answer(1), { taken, forMs: 60_000 })
  expect(memory.get(at('k'))).toBeUndefined()
})

test('another generation is another time', () => {
  let generation = '1'
  const marks = createMarks({ current: () => generation, raise: () => undefined })
  const memory = createMemoryTier(marks)
  memory.set(at('k'), answer(1), { taken: marks.take('acme', [tenant, one]), forMs: 60_000 })
  expect(memory.get(at('k'))).toBeDefined()
  generation = '2'
  expect(memory.get(at('k'))).toBeUndefined()
})

describe('tenants', () => {
  const ofOther = [
    `t${digest('O')}`,
    `c${digest('O')}.${digest('A')}`,
    `u${digest('O')}.${digest('B')}`,
  ] as const

  test('push out nothing that another has within its share', () => {
    const { memory, set } = tier({ maxEntries: 10 })
    for (let n = 0; n < 5; n++) set(`k${n}`, answer(1), { tenantId: 'quiet' })
    for (let n = 0; n < 1000; n++) set(`k${n}`, answer(1), { tenantId: 'loud' })
    for (let n = 0; n < 5; n++) expect(memory.get(at(`k${n}`, 'quiet'))).toBeDefined()
  })

  test('invalidate nothing of another, however much they write', () => {
    const { marks, memory, set } = tier()
    set('k', answer(1), { tags: [tenant, one, other] })
    set('k', answer(1), { tags: ofOther, tenantId: 'other' })
    for (let n = 0; n < 65_536; n++) marks.invalidate([`u${digest('O')}.${n}`])
    for (let n = 0; n < 30_000; n++) marks.invalidate([`c${digest('O')}.${String(n).padStart(22, '0')}`])
    expect(memory.get(at('k', 'other'))).toBeUndefined()
    expect(memory.get(at('k'))).toBeDefined()
  })

  test('with more connectors than have marks of their own are invalidated whole, never too little', () => {
    const { marks, memory, set } = tier()
    set('k', answer(1), { tags: [tenant, one] })
    for (let n = 0; n < 20_001; n++) marks.invalidate([`c${digest('T')}.${String(n).padStart(22, '0')}`])
    expect(memory.get(at('k'))).toBeUndefined()
    set('k', answer(1), { tags: [tenant, one] })
    marks.invalidate([markOf(tenant)])
    expect(memory.get(at('k'))).toBeUndefined()
  })

  test('are found under the digest of every key of the ring', () => {
    const { marks, memory, set } = tier()
    for (const name of [markOf(one), markOf(ofOther[1])]) {
      set('k', answer(1), { tags: [tenant, one, other, ...ofOther] })
      marks.invalidate([name])
      expect(memory.get(at('k'))).toBeUndefined()
    }
  })

  test('unknown here cost nothing and change nothing', () => {
    const { marks, memory, set } = tier()
    set('k', answer(1), { tags: [tenant, one] })
    for (let n = 0; n < 1000; n++) marks.invalidate([`t${String(n).padStart(22, '0')}`])
    expect(memory.get(at('k'))).toBeDefined()
  })
})
