import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rootFolder } from '../child.ts'
import { markedGuards, tryGuards } from './try-guards.ts'

const source = `
export function admit(age: number): string {
  // guard: a-number
  if (Number.isNaN(age)) throw new Error('no number')
  // guard: adult
  if (age < 18) throw new Error('too young')
  return 'in'
}

export function wait(): void {
  for (let turns = 0; ; turns += 1) {
    // guard: turns
    if (turns > 9) return
  }
}
`

const files: Readonly<Record<string, string>> = {
  'src/door.ts': source,
  'src/door.test.ts': `
    import { expect, test } from 'vitest'
    import { admit, wait } from './door.ts'
    test('a child is refused', () => expect(() => admit(9)).toThrow('too young'))
    test('the wait ends', () => wait())
    test('an adult comes in', () => expect(admit(30)).toBe('in'))`,
  'broken/a.ts': `// guard: none\nif (process.argv.length === 0) throw new Error('none')\nexport const a = 1\n`,
  'broken/a.test.ts': `import { expect, test } from 'vitest'\ntest('fails', () => expect(1).toBe(2))`,
}

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sluice-guards-'))
  for (const folder of ['src', 'broken']) await mkdir(join(root, folder))
  await symlink(join(rootFolder, 'node_modules'), join(root, 'node_modules'))
  for (const [path, text] of Object.entries(files)) await writeFile(join(root, path), text)
})
afterAll(() => rm(root, { recursive: true, force: true, maxRetries: 5 }))

describe('guards are taken out one at a time', () => {
  test('those that a test holds are told from those that none does, and no file changes', async () => {
    const guards = markedGuards(root, ['src/door.ts'])
    const trials = await tryGuards(guards, { root, hangsAfterMs: 8_000 })
    expect(
      Object.fromEntries(trials.map((trial) => [trial.name, 'by' in trial ? trial.by : trial.outcome])),
    ).toEqual({
      'a-number': 'survived',
      adult: 'a child is refused',
      turns: 'a test that never ends',
    })
    expect(await readFile(join(root, 'src/door.ts'), 'utf8')).toBe(source)
  }, 60_000)

  test('a test that fails with every guard in place holds none', async () => {
    const guards = markedGuards(root, ['broken/a.ts'])
    await expect(tryGuards(guards, { root, lanes: 1 })).rejects.toThrow(
      'broken/a.test.ts fails with every guard in place',
    )
  }, 60_000)
})
