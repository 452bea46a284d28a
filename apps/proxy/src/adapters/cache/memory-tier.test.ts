import type { StoredAnswer } from '@sluice/pipeline'
import { expect, test } from 'vitest'
import { createMarks } from './marks.ts'
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

function tier(options?: MemoryTierOptions) {
  const marks = createMarks()
  const memory = createMemoryTier(marks, options)
  const set = (key: string, stored: StoredAnswer, { forMs = 60_000, tags = [] as readonly string[] } = {}) =>
    memory.set(key, stored, { taken: marks.take(tags), forMs })
  return { marks, memory, set }
}

test('a stored answer is given as it was stored', () => {
  const { memory, set } = tier()
  set('k', answer(3))
  expect(memory.get('k')).toEqual(answer(3))
  expect(memory.get('k')).toBe(memory.get('k'))
  expect(memory.get('other')).toBeUndefined()
})

test('the entries never pass their bound, least recently used out first', () => {
  const { memory, set } = tier({ maxEntries: 2 })
  set('a', answer(1))
  set('b', answer(1))
  memory.get('a')
  set('c', answer(1))
  expect(['a', 'b', 'c'].map((key) => memory.get(key) !== undefined)).toEqual([true, false, true])
})

test('the bytes never pass their bound, and an answer larger than it is not stored', () => {
  const { memory, set } = tier({ maxBytes: 10_000 })
  set('a', answer(5000))
  set('b', answer(5000))
  expect(['a', 'b'].map((key) => memory.get(key) !== undefined)).toEqual([false, true])
  set('huge', answer(20_000))
  expect(memory.get('huge')).toBeUndefined()
})

test('a small body does not hold on to the buffer that it was cut from', () => {
  const { memory, set } = tier()
  set('k', { ...answer(0), body: Buffer.alloc(100_000).subarray(10, 20) })
  expect(memory.get('k')?.body.buffer.byteLength).toBe(10)
})

test('an answer is gone when its time is over', async () => {
  const { memory, set } = tier()
  set('k', answer(1), { forMs: 20 })
  await expect.poll(() => memory.get('k')).toBeUndefined()
})

const [one, other] = [`c${'A'.repeat(43)}`, `u${'B'.repeat(43)}`] as const

test('what is invalidated is gone, and what has nothing to do with it stays', () => {
  const { marks, memory, set } = tier()
  set('k', answer(1), { tags: [one, other] })
  set('l', answer(1), { tags: [other] })
  marks.invalidate(marks.take([one]).names)
  expect([memory.get('k'), memory.get('l') !== undefined]).toEqual([undefined, true])
  marks.invalidateAll()
  expect(memory.get('l')).toBeUndefined()
})

test('URLs are invalidated like anything else, though they share marks', () => {
  const { marks, memory, set } = tier()
  set('k', answer(1), { tags: [one, other] })
  marks.invalidate(marks.take([other]).names)
  expect(memory.get('k')).toBeUndefined()
  expect(marks.take([other]).names).toEqual([expect.stringMatching(/^u\d{1,7}$/)])
})

test('what was taken before an invalidation is not stored after it', () => {
  const { marks, memory } = tier()
  const taken = marks.take([one])
  marks.invalidate(taken.names)
  memory.set('k', answer(1), { taken, forMs: 60_000 })
  expect(memory.get('k')).toBeUndefined()
})

test('another generation is another time', () => {
  let generation = '1'
  const marks = createMarks({ current: () => generation, raise: () => undefined })
  const memory = createMemoryTier(marks)
  memory.set('k', answer(1), { taken: marks.take([one]), forMs: 60_000 })
  expect(memory.get('k')).toBeDefined()
  generation = '2'
  expect(memory.get('k')).toBeUndefined()
})
