import { defaultExclude, defineConfig } from 'vitest/config'

// Workspace packages are tested from their sources: no build stands between an edit and its test.
const resolve = { conditions: ['source'] }
const ssr = { resolve: { conditions: ['source'] } }

const project = (name: string, include: string[], testTimeout = 15_000) => ({
  resolve,
  ssr,
  // What takes minutes has a configuration of its own.
  test: {
    name,
    include,
    exclude: [...defaultExclude, '**/*.long.test.ts'],
    testTimeout,
    hookTimeout: 60_000,
  },
})

export default defineConfig({
  test: {
    allowOnly: false,
    // By default vitest leaves one core to itself, which on a machine of two makes every run twice as long.
    maxWorkers: '100%',
    projects: [
      project('unit', [
        'packages/*/src/**/*.test.ts',
        'apps/*/src/**/*.test.ts',
        'tooling/**/*.test.ts',
        'examples/**/*.test.ts',
      ]),
      project('e2e', ['e2e/**/*.test.ts', 'bench/**/*.test.ts'], 60_000),
    ],
  },
})
