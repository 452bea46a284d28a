/** What a run came to, in tests and checks. */
export interface Totals {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export const nothing: Totals = { passed: 0, failed: 0, skipped: 0 }

/** A check beside the tests (lint, types, a build) that failed counts like one failed test. */
export const oneFailure: Totals = { ...nothing, failed: 1 }

export const addTotals = (a: Totals, b: Totals): Totals => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
})

/** The last line of a run. `.ci/run` reads it back, so its form is fixed. */
export const totalsLine = ({ passed, failed, skipped }: Totals): string =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`

/** A run in which nothing ran proves nothing, and is no success. */
export const isSuccess = ({ passed, failed }: Totals): boolean => failed === 0 && passed > 0

/** The parts of a vitest test or suite that are counted. */
interface Counted {
  readonly tests: Iterable<{ readonly state: string }>
  /** Errors outside any test, one list for each file and suite: a file that did not load, a hook that threw. */
  readonly errorsOfSuites: Iterable<readonly unknown[]>
  /** Errors that belong to no file. */
  readonly unhandledErrors: readonly unknown[]
}

/** Counts tests; whatever went wrong outside a test, or never came to an end, is a failure too. */
export const countTotals = ({ tests, errorsOfSuites, unhandledErrors }: Counted): Totals => {
  const totals = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
  for (const errors of errorsOfSuites) if (errors.length > 0) totals.failed += 1
  for (const { state } of tests) {
    if (state === 'passed' || state === 'skipped') totals[state] += 1
    else totals.failed += 1
  }
  return totals
}
