import type { StoredAnswer } from '@sluice/pipeline'
import { expect, test } from 'vitest'
import { createMemoryCache } from './memory-cache.ts'

const policy = { ageSeconds: () => 0, browserMs: () => 0, remainingMs: () => 1000 }
const answer = (bytes: number): StoredAnswer => ({
  status: 200,
  headers: [],
  body: new Uint8Array(bytes),
  policy,
})

test('a stored answer is the very object that was stored', async () => {
  const cache = createMemoryCache()
  const stored = answer(3)
  await cache.set('k', stored, 60_000)
  expect(await cache.get('k')).toBe(stored)
  expect(await cache.get('other')).toBeUndefined()
})

test('the entries never pass their bound, least recently used out first', async () => {
  const cache = createMemoryCache({ maxEntries: 2 })
  await cache.set('a', answer(1), 60_000)
  await cache.set('b', answer(1), 60_000)
  await cache.get('a')
  await cache.set('c', answer(1), 60_000)
  expect([await cache.get('a'), await cache.get('b'), await cache.get('c')].map(Boolean)).toEqual([
    true,
    false,
    true,
  ])
})

test('the bytes never pass their bound, and an answer larger than it is not stored', async () => {
  const cache = createMemoryCache({ maxBytes: 10_000 })
  await cache.set('a', answer(5000), 60_000)
  await cache.set('b', answer(5000), 60_000)
  expect([await cache.get('a'), await cache.get('b')].map(Boolean)).toEqual([false, true])
  await cache.set('huge', answer(20_000), 60_000)
  expect(await cache.get('huge')).toBeUndefined()
})

test('an answer is forgotten when its time is over', async () => {
  const cache = createMemoryCache()
  await cache.set('k', answer(1), 5)
  await expect.poll(() => cache.get('k')).toBeUndefined()
})
