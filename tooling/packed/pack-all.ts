/** `pnpm pack-all [folder]`: every package that is published, as npm gets it, in one folder (`packed/`). Build first. */
import { mkdir, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { rootFolder, runCommand } from '../child.ts'
import { publishedPackages } from '../workspace.ts'

const target = resolve(process.argv[2] ?? 'packed')
await rm(target, { recursive: true, force: true })
await mkdir(target, { recursive: true })
for (const { folder } of publishedPackages()) {
  const args = ['-y', 'pnpm@12', '--dir', resolve(rootFolder, folder), 'pack', '--pack-destination', target]
  const exitCode = await runCommand({ command: 'npx', args, quiet: true })
  if (exitCode !== 0) process.exit(exitCode)
}
