import { expect, test } from 'vitest'
import { median } from './measure.ts'

test.each([
  [[3], 3],
  [[9, 1, 2], 2],
  [[4, 1], 2.5],
  [[10, 1, 4, 2], 3],
  [[], Number.NaN],
])('the median of %j is %d', (numbers, middle) => {
  expect(median(numbers)).toBe(middle)
})
