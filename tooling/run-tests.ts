import { type Command, passOnSignals, runCommand } from './child.ts'
import { ensureChromium } from './chromium.ts'
import { ensureNginx } from './nginx.ts'
import { runVitest } from './run-vitest.ts'
import { addTotals, isSuccess, nothing, oneFailure, type Totals, totalsLine } from './totals.ts'

const turbo = (task: string): Command => ({
  command: 'turbo',
  args: ['run', task, '--concurrency=2', '--continue', '--output-logs=errors-only', '--ui=stream'],
  env: { TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' },
})

interface Step {
  readonly name: string
  run(filters: readonly string[]): Promise<Totals>
}

/** What `test` does, in this order. A failed step does not spare the later ones: one run shows everything. */
const steps: readonly Step[] = [
  check('format and lint', { command: 'biome', args: ['check', '--error-on-warnings', '.'] }),
  check('dead code', { command: 'knip', args: ['--no-progress', '--treat-config-hints-as-errors'] }),
  check('types', turbo('types')),
  check('build', turbo('build')),
  { name: 'a browser for the e2e tests', run: provideChromium },
  { name: 'an nginx for the e2e tests', run: provideNginx },
  { name: 'tests', run: (filters) => runVitest(filters) },
]

/** Runs every check and test, prints the totals as the last line, and gives the exit code. */
const runTests = async (filters: readonly string[]): Promise<number> => {
  const signals = passOnSignals()
  let totals = nothing
  for (const step of steps) {
    console.log(`\n» ${step.name}`)
    const outcome = await step.run(filters).catch((error: unknown) => {
      console.error(error)
      return oneFailure
    })
    if (outcome.failed > 0) console.log(`× ${step.name}: failed`)
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

function check(name: string, command: Command): Step {
  return { name, run: async () => ((await runCommand(command)) === 0 ? nothing : oneFailure) }
}

/** Before anything that is timed. Without a browser the tests that need one say so by name; in CI that fails. */
async function provideChromium(): Promise<Totals> {
  const path = await ensureChromium()
  if (path !== undefined) {
    console.log(path)
    return nothing
  }
  console.error(
    'No Chromium was found, and none could be installed: the browser tests cannot run. ' +
      'Install Chromium or Google Chrome, or set CHROME_PATH to one.',
  )
  return process.env.CI ? oneFailure : nothing
}

/** Tests that need it fail by name where there is none; in CI its absence is a failure of its own. */
async function provideNginx(): Promise<Totals> {
  const path = await ensureNginx()
  if (path !== undefined) {
    console.log(path)
    return nothing
  }
  console.error(
    'No nginx was found, and none could be installed: the tests behind nginx cannot run. Install nginx.',
  )
  return process.env.CI ? oneFailure : nothing
}

process.exitCode = await runTests(process.argv.slice(2))
