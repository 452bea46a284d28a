import { defaultExclude, defineConfig } from 'vitest/config'

// Workspace packages are tested from their sources: no build stands between an edit and its test.
const resolve = { conditions: ['source'] }
const ssr = { resolve: { conditions: ['source'] } }

interface ProjectOptions {
  readonly include: readonly string[]
  readonly exclude?: readonly string[]
  readonly testTimeout?: number
  readonly isolate?: boolean
}

const project = (name: string, { include, exclude = [], ...options }: ProjectOptions) => ({
  resolve,
  ssr,
  test: {
    name,
    include: [...include],
    // What takes minutes has a configuration of its own.
    exclude: [...defaultExclude, '**/*.long.test.ts', ...exclude],
    testTimeout: 15_000,
    hookTimeout: 60_000,
    ...options,
  },
})

const pure = ['packages/{cli,connector-schema,pipeline,templates}/src/**/*.test.ts']
const unit = ['packages', 'apps', 'tooling', 'examples'].map((folder) => `${folder}/**/*.test.ts`)

export default defineConfig({
  test: {
    allowOnly: false,
    // By default vitest leaves one core to itself, which on a machine of two makes every run twice as long.
    maxWorkers: '100%',
    projects: [
      // Nothing there keeps state in a module, so files share a process: that saves four tenths of their CPU time.
      project('pure', { include: pure, isolate: false }),
      project('unit', { include: unit, exclude: pure }),
      project('e2e', { include: ['e2e/**/*.test.ts', 'bench/**/*.test.ts'], testTimeout: 60_000 }),
    ],
  },
})
