import { passOnSignals } from './child.ts'
import { longGroups } from './long-groups.ts'
import { runVitest } from './run-vitest.ts'
import { addTotals, isSuccess, nothing, oneFailure, totalsLine } from './totals.ts'

/** The tests that take minutes, with the same last line as `test`. With filters, no group's time is limited. */
const runLongTests = async (filters: readonly string[]): Promise<number> => {
  const signals = passOnSignals()
  const config = '--config=vitest.long.config.ts'
  const runs =
    filters.length > 0
      ? [{ name: filters.join(', '), args: [config, ...filters], timeoutMs: undefined }]
      : longGroups.map(({ name, minutes }) => ({
          name: `${name} (at most ${minutes} minutes)`,
          args: [config, `--project=${name}`, '--passWithNoTests'],
          timeoutMs: minutes * 60_000,
        }))
  let totals = nothing
  for (const { name, args, timeoutMs } of runs) {
    console.log(`\n» ${name}`)
    const outcome = await runVitest(args, timeoutMs).catch((error: unknown) => {
      console.error(error)
      return oneFailure
    })
    if (outcome.failed > 0) console.log(`× ${name}: failed`)
    totals = addTotals(totals, outcome)
    if (signals.stopped) {
      console.error('Stopped before the end.')
      totals = addTotals(totals, oneFailure)
      break
    }
  }
  console.log(`\n${totalsLine(totals)}`)
  return isSuccess(totals) ? 0 : 1
}

process.exitCode = await runLongTests(process.argv.slice(2))
