/** `pnpm surface`: pins what the packages export now. The difference belongs into the commit that meant it. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { rootFolder, runCommand } from '../child.ts'
import { entryPoints } from './entries.ts'
import { readSurface } from './read-surface.ts'

const surfaces = entryPoints().map(({ name, path }) => {
  const names = Object.entries(readSurface(path)).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return [`  '${name}': {`, ...names.map(([exported, kind]) => `    ${exported}: '${kind}',`), '  },'].join(
    '\n',
  )
})
const text = `import type { Surface } from './read-surface.ts'

/** The exports of every entry point, by name and kind. Users of a package rely on them. */
export const pinned: Readonly<Record<string, Surface>> = {
${surfaces.join('\n')}
}
`
const file = join(rootFolder, 'tooling', 'surface', 'pinned.ts')
await writeFile(file, text)
process.exitCode = await runCommand({ command: 'biome', args: ['format', '--write', file], quiet: true })
