import { expect, test } from 'vitest'
import { nodeRuntime } from '../runtime.ts'
import { createTimeLimit } from './time-limit.ts'

function workMs(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

test('a render that works for too long ends', () => {
  const { check } = createTimeLimit(20, nodeRuntime)
  expect(() => {
    for (let i = 0; i < 200; i += 1) {
      workMs(5)
      check(performance.now())
    }
  }).toThrow('more time than it may have')
})

test('a pause of the machine ends nothing', () => {
  const { check } = createTimeLimit(50, nodeRuntime)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
  expect(() => check(performance.now())).not.toThrow()
  expect(() => check(performance.now())).not.toThrow()
})
