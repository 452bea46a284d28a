import type { Reporter } from 'vitest/node'
import { countTotals } from './totals.ts'

type RunEnd = NonNullable<Reporter['onTestRunEnd']>

/** Sends the run's totals to the process that started vitest, and names every test that did not run. */
export default class TotalsReporter implements Reporter {
  onTestRunEnd(...[modules, unhandledErrors]: Parameters<RunEnd>): void {
    const suites = modules.flatMap((module) => [module, ...module.children.allSuites()])
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    for (const test of tests) {
      if (test.result().state === 'skipped') {
        console.log(`did not run: ${test.module.relativeModuleId} > ${test.fullName}`)
      }
    }
    const totals = countTotals({
      tests: tests.map((test) => test.result()),
      errorsOfSuites: suites.map((suite) => suite.errors()),
      unhandledErrors,
    })
    process.send?.(totals)
  }
}
