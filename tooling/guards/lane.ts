/**
 * Runs tests without one guard at a time, in one warm vitest: a guard is taken out while its file is loaded, so
 * no file changes. Started by `try-guards.ts` with an IPC channel; one message asks, one answers.
 */
import { join } from 'node:path'
import type { Vite } from 'vitest/node'
import { createVitest } from 'vitest/node'
import { findGuards, withoutGuard } from './find-guards.ts'

/** What a lane is asked to run. */
export interface LaneRequest {
  /** A test file, from the root of the repository. */
  readonly test: string
  /** The guard to take out; none to see whether the test passes with every guard in place. */
  readonly without?: { readonly path: string; readonly name: string } | undefined
}

/** What came of it. */
export interface LaneResponse {
  /** What failed first; `undefined` where every test passed. */
  readonly failure: string | undefined
}

const root = process.argv[2] ?? process.cwd()
let without: LaneRequest['without']

const takeOut: Vite.Plugin = {
  name: 'take-out-a-guard',
  enforce: 'pre',
  transform(code, id) {
    if (without === undefined || id !== join(root, without.path)) return undefined
    const { name } = without
    const guard = findGuards(without.path, code).find((candidate) => candidate.name === name)
    if (guard === undefined) throw new Error(`${without.path} has no guard ${name}`)
    return { code: withoutGuard(code, guard), map: null }
  },
}

const conditions = ['source']
const vitest = await createVitest(
  {
    root,
    config: false,
    watch: false,
    include: ['**/*.test.ts'],
    reporters: [{}],
    bail: 1,
    maxWorkers: 1,
    testTimeout: 15_000,
    hookTimeout: 30_000,
    silent: true,
    // It would give a file with its guard where the guard is out, and keep the text without it for other runs.
    fsModuleCache: false,
  },
  { plugins: [takeOut], resolve: { conditions }, ssr: { resolve: { conditions } } },
)
await vitest.standalone()

async function run(request: LaneRequest): Promise<LaneResponse> {
  without = request.without
  const changed = without && join(root, without.path)
  if (changed !== undefined) vitest.invalidateFile(changed)
  const file = vitest.getRootProject().createSpecification(join(root, request.test))
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications([file])
  // The result names the files of earlier runs as well.
  const module = testModules.find(({ moduleId }) => moduleId === file.moduleId)
  if (changed !== undefined) vitest.invalidateFile(changed)
  if (module === undefined) throw new Error(`${request.test} did not run`)
  const failed = [...module.children.allTests('failed')][0]
  if (failed !== undefined) return { failure: failed.fullName }
  if (module.state() === 'failed') return { failure: 'a hook, or the loading of the file' }
  return { failure: unhandledErrors.length > 0 ? 'an error outside of the tests' : undefined }
}

process.on('message', (request: LaneRequest) => {
  run(request).then(
    (response) => process.send?.(response),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
process.on('disconnect', () => vitest.exit())
process.send?.('ready')
