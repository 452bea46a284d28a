import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const page = readFileSync(`${root}docs/performance.md`, 'utf8')
const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  scripts: Record<string, string>
}
const commands = [...page.matchAll(/^pnpm (bench\S*)([^#\n]*)/gm)].map(([, name = '', rest = '']) => ({
  name,
  options: rest.match(/--[a-z-]+/g) ?? [],
}))

test('the page on performance names every bench that there is, and no other', () => {
  const named = new Set(commands.map(({ name }) => name))
  expect([...named].sort()).toEqual(
    Object.keys(scripts)
      .filter((name) => /^bench\b/.test(name))
      .sort(),
  )
})

test('every option on the page is one that its command takes', () => {
  for (const { name, options } of commands.filter(({ options }) => options.length > 0)) {
    const file = scripts[name]?.split(' ').at(-1) ?? ''
    const help = execFileSync(process.execPath, ['--conditions=source', `${root}${file}`, '--help'], {
      encoding: 'utf8',
      cwd: root,
    })
    for (const option of options) expect(help).toContain(option)
  }
})
