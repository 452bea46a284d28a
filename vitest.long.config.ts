import { defaultExclude, defineConfig } from 'vitest/config'
import { longGroups } from './tooling/long-groups.ts'

const resolve = { conditions: ['source'] }

// Tests that take minutes: `pnpm test:long`, one group after the other, each within its minutes.
export default defineConfig({
  test: {
    allowOnly: false,
    // What measures memory or kills processes wants the machine for itself.
    fileParallelism: false,
    projects: longGroups.map(({ name, include, exclude }) => ({
      resolve,
      ssr: { resolve },
      test: {
        name,
        include: [...include],
        exclude: [...defaultExclude, ...exclude],
        testTimeout: 300_000,
        execArgv: ['--expose-gc'],
      },
    })),
  },
})
