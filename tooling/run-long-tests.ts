import { passOnSignals } from './child.ts'
import { runVitest } from './run-vitest.ts'
import { addTotals, isSuccess, oneFailure, totalsLine } from './totals.ts'

/** The tests that take minutes, with the same last line as `test`. */
const runLongTests = async (filters: readonly string[]): Promise<number> => {
  const signals = passOnSignals()
  const outcome = await runVitest(['--config=vitest.long.config.ts', ...filters]).catch((error: unknown) => {
    console.error(error)
    return oneFailure
  })
  const totals = signals.stopped ? addTotals(outcome, oneFailure) : outcome
  console.log(`\n${totalsLine(totals)}`)
  return isSuccess(totals) ? 0 : 1
}

process.exitCode = await runLongTests(process.argv.slice(2))
