import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCommand } from '../child.ts'

test('the packages work as npm gets them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-pack-'))
  const run = (command: string, ...args: readonly string[]) => runCommand({ command, args, quiet: true })
  try {
    expect(await run('turbo', 'run', 'build', '--concurrency=2', '--output-logs=errors-only')).toBe(0)
    expect(await run(process.execPath, join(import.meta.dirname, 'pack-all.ts'), folder)).toBe(0)
    expect(await run(process.execPath, join(import.meta.dirname, 'try-packed.js'), folder)).toBe(0)
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
})
