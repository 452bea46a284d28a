import { expect, test } from 'vitest'
import { addTotals, countTotals, isSuccess, oneFailure, totalsLine } from './totals.ts'

const passed = { state: 'passed' }
const nothingElse = { errorsOfSuites: [], unhandledErrors: [] }

test('every test is counted once, by its state', () => {
  const tests = [passed, { state: 'failed' }, { state: 'skipped' }, passed]
  expect(countTotals({ tests, ...nothingElse })).toEqual({ passed: 2, failed: 1, skipped: 1 })
})

test('a test that never came to an end has failed', () => {
  expect(countTotals({ tests: [{ state: 'pending' }], ...nothingElse }).failed).toBe(1)
})

test('a file that did not load, or a hook that threw, has failed once', () => {
  const totals = countTotals({
    tests: [passed],
    errorsOfSuites: [[], ['a', 'b'], ['c']],
    unhandledErrors: [],
  })
  expect(totals).toEqual({ passed: 1, failed: 2, skipped: 0 })
})

test('every unhandled error has failed', () => {
  expect(countTotals({ tests: [passed], errorsOfSuites: [], unhandledErrors: ['a', 'b'] }).failed).toBe(2)
})

test('a failed check spoils a run whose tests all passed', () => {
  const tests = { passed: 3, failed: 0, skipped: 0 }
  expect(isSuccess(tests)).toBe(true)
  expect(isSuccess(addTotals(tests, oneFailure))).toBe(false)
})

test('a run in which nothing ran, or everything was skipped, is no success', () => {
  expect(isSuccess({ passed: 0, failed: 0, skipped: 0 })).toBe(false)
  expect(isSuccess({ passed: 0, failed: 0, skipped: 9 })).toBe(false)
})

test('the last line has a fixed form', () => {
  expect(totalsLine({ passed: 12, failed: 0, skipped: 3 })).toBe('12 passed, 0 failed, 3 skipped')
})
