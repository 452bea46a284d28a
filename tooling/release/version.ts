/** `pnpm release:version`: takes what `.changeset/` holds into CHANGELOG.md and into the version of every package. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { rootFolder, runCommand } from '../child.ts'
import { addRelease, releasePlan } from './changelog.ts'

const folder = await mkdtemp(join(tmpdir(), 'sluice-release-'))
try {
  const file = join(folder, 'plan.json')
  // changesets reads the path from the root of the repository.
  await changeset('status', `--output=${relative(rootFolder, file)}`)
  const plan = releasePlan.parse(JSON.parse(await readFile(file, 'utf8')))
  const changelog = join(rootFolder, 'CHANGELOG.md')
  const today = new Date().toISOString().slice(0, 10)
  await writeFile(changelog, addRelease(await readFile(changelog, 'utf8'), plan, today))
  await changeset('version')
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function changeset(...args: readonly string[]): Promise<void> {
  const exitCode = await runCommand({ command: 'changeset', args, quiet: true })
  if (exitCode !== 0) throw new Error(`changeset ${args.join(' ')} failed`)
}
