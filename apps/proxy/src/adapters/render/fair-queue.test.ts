import { expect, test } from 'vitest'
import { createFairQueue } from './fair-queue.ts'

test('tenants take turns, each in the order it came', () => {
  const queue = createFairQueue<string>({ perTenant: 9, total: 9 })
  for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) queue.add(item.slice(0, 1), item)
  const order = Array.from({ length: 7 }, () => queue.next())
  expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', undefined])
})

test('a tenant waits with as many as it may, and one more is refused', () => {
  const queue = createFairQueue<number>({ perTenant: 2, total: 9 })
  expect([queue.add('a', 1), queue.add('a', 2), queue.add('a', 3)]).toEqual([undefined, undefined, 3])
  expect(queue.size()).toBe(2)
})

test('where all places are taken, the tenant with most of them gives up its newest', () => {
  const queue = createFairQueue<string>({ perTenant: 9, total: 3 })
  for (const item of ['a1', 'a2', 'a3']) queue.add('a', item)
  expect(queue.add('b', 'b1')).toBe('a3')
  expect(queue.add('b', 'b2')).toBe('b2')
  expect(queue.drain()).toEqual(['a1', 'a2', 'b1'])
  expect(queue.size()).toBe(0)
})

test('what is removed is not given, and its place is free', () => {
  const queue = createFairQueue<string>({ perTenant: 1, total: 1 })
  queue.add('a', 'a1')
  queue.remove('a', 'other')
  queue.remove('a', 'a1')
  queue.remove('a', 'a1')
  expect(queue.add('b', 'b1')).toBeUndefined()
  expect(queue.next()).toBe('b1')
})
