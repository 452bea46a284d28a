import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join, posix } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { findGuards, type Guard } from './find-guards.ts'
import type { LaneRequest, LaneResponse } from './lane.ts'

/** A guard, where it is, and the tests that must fail without it. */
export interface MarkedGuard extends Pick<Guard, 'name' | 'line'> {
  /** `path#name`, as the list of survivors has it. */
  readonly id: string
  readonly path: string
  readonly tests: readonly string[]
}

/** What became of the tests without a guard. */
export type Trial = MarkedGuard &
  (
    | { readonly outcome: 'held'; readonly by: string }
    /** No test failed. */
    | { readonly outcome: 'survived' }
  )

/**
 * Every guard that the files mark. Its tests are those that the marker names, else those next to its file: the
 * file's own first.
 *
 * @param files paths from the root of the repository
 * @throws Error for a marker that cannot be read, or whose tests do not exist
 */
export function markedGuards(root: string, files: readonly string[]): readonly MarkedGuard[] {
  return files
    .filter((path) => /\.ts$/.test(path) && !/\.test\.ts$|\.d\.ts$/.test(path))
    .flatMap((path) =>
      findGuards(path, readFileSync(join(root, path), 'utf8')).map(({ name, line, heldBy }) => {
        const tests = heldBy.length > 0 ? heldBy : testsBeside(root, path)
        const absent = tests.find((test) => !existsSync(join(root, test)))
        if (absent !== undefined) throw new Error(`${path}:${line}: the test ${absent} does not exist`)
        if (tests.length === 0) throw new Error(`${path}:${line}: no test is next to the file: name one`)
        return { id: `${path}#${name}`, name, line, path, tests }
      }),
    )
}

function testsBeside(root: string, path: string): readonly string[] {
  const folder = posix.dirname(path)
  const own = `${basename(path, '.ts')}.test.ts`
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.test.ts') && !name.endsWith('.long.test.ts'))
    .toSorted((a, b) => Number(b === own) - Number(a === own) || a.localeCompare(b))
    .map((name) => posix.join(folder, name))
}

/** How guards are tried. */
export interface TryOptions {
  readonly root: string
  /** How many guards are tried at a time. */
  readonly lanes?: number
  /** Tests that take longer without a guard hang, which counts as a failure. */
  readonly hangsAfterMs?: number
  readonly onTrial?: (trial: Trial) => void
}

/**
 * Takes out one guard at a time and runs its tests, one file after the other until one fails.
 *
 * @throws Error when a test that fails without a guard fails with every guard in place as well
 */
export async function tryGuards(
  guards: readonly MarkedGuard[],
  options: TryOptions,
): Promise<readonly Trial[]> {
  const { root, lanes = 2, hangsAfterMs = 60_000, onTrial } = options
  const trials: Trial[] = []
  const sound = new Set<string>()
  const waiting = [...guards]
  const work = async () => {
    let lane = await startLane(root)
    try {
      for (let guard = waiting.shift(); guard !== undefined; guard = waiting.shift()) {
        let trial: Trial = { ...guard, outcome: 'survived' }
        for (const test of guard.tests) {
          const response = await lane.ask({ test, without: guard }, hangsAfterMs)
          if (response === 'hung') lane = await startLane(root)
          const failure = response === 'hung' ? 'a test that never ends' : response.failure
          if (failure === undefined) continue
          if (!sound.has(test)) await checkTest(test, lane)
          sound.add(test)
          trial = { ...guard, outcome: 'held', by: failure }
          break
        }
        trials.push(trial)
        onTrial?.(trial)
      }
    } finally {
      // Where one lane fails, the others stop as well.
      waiting.length = 0
      await lane.end()
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: lanes }, work))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  return trials
}

async function checkTest(test: string, lane: Lane): Promise<void> {
  const response = await lane.ask({ test }, 300_000)
  const failure = response === 'hung' ? 'it never ends' : response.failure
  if (failure !== undefined) throw new Error(`${test} fails with every guard in place: ${failure}`)
}

interface Lane {
  ask(request: LaneRequest, withinMs: number): Promise<LaneResponse | 'hung'>
  end(): Promise<void>
}

async function startLane(root: string): Promise<Lane> {
  // In a group of its own, so that a worker that hangs ends with it.
  const child = fork(join(import.meta.dirname, 'lane.ts'), [root], { cwd: root, detached: true })
  const ended = once(child, 'exit')
  const end = async () => {
    // It closes what its tests opened, and ends.
    if (child.connected) child.disconnect()
    await Promise.race([ended, setTimeout(10_000, undefined, { ref: false })])
    killGroup(child)
  }
  await nextMessage(child, 60_000)
  return {
    end,
    async ask(request, withinMs) {
      child.send(request)
      const message = await nextMessage(child, withinMs)
      if (message !== undefined) return message as LaneResponse
      killGroup(child)
      return 'hung'
    },
  }
}

/** The next message of a child; `undefined` when none comes in time. */
async function nextMessage(child: ChildProcess, withinMs: number): Promise<unknown> {
  const settled = new AbortController()
  const { signal } = settled
  try {
    return await Promise.race([
      once(child, 'message', { signal }).then(([message]) => message),
      once(child, 'exit', { signal }).then(() =>
        Promise.reject(new Error('A lane of the guards ended early.')),
      ),
      setTimeout(withinMs, undefined, { signal }),
    ])
  } finally {
    settled.abort()
  }
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}
