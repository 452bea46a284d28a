import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootFolder, runCommand } from './child.ts'
import { addTotals, oneFailure, type Totals } from './totals.ts'

/**
 * One vitest run for all packages, in a temporary folder of its own that goes when it ends. A run that takes longer
 * than `timeoutMs` is ended, and has failed.
 */
export async function runVitest(args: readonly string[], timeoutMs?: number): Promise<Totals> {
  const scratch = await mkdtemp(join(tmpdir(), 'sluice-test-'))
  let reported: Totals | undefined
  try {
    const exitCode = await runCommand({
      command: 'vitest',
      args: ['run', '--reporter=default', '--reporter=./tooling/totals-reporter.ts', ...args],
      // Tests start the command line a hundred times: with its modules compiled it starts in six tenths of the CPU time.
      env: {
        TMPDIR: scratch,
        NODE_COMPILE_CACHE: join(rootFolder, 'node_modules', '.cache', 'node-compile'),
      },
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      onMessage: (message) => {
        reported = message as Totals
      },
    })
    const totals = reported ?? oneFailure
    // Whatever vitest itself calls a failure (no file matched, a broken configuration) is one here too.
    return exitCode !== 0 && totals.failed === 0 ? addTotals(totals, oneFailure) : totals
  } finally {
    await rm(scratch, { recursive: true, force: true, maxRetries: 5 })
  }
}
