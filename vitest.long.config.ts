import { defineConfig } from 'vitest/config'

// Tests that take minutes: `pnpm test:long`.
export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    allowOnly: false,
    include: ['**/*.long.test.ts'],
    testTimeout: 300_000,
    execArgv: ['--expose-gc'],
  },
})
