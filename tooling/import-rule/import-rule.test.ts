import { describe, expect, test } from 'vitest'
import { readRepositoryFile, readWorkspace, repositoryFiles } from '../workspace.ts'
import { reachableFrom } from './reachable.ts'
import { checkRules, rules } from './rules.ts'
import { readSourceFacts } from './source-facts.ts'

const files = repositoryFiles()
const workspace = readWorkspace(files)
const sources = files
  .filter((path) => /\.[cm]?[jt]sx?$/.test(path))
  .map((path) => readSourceFacts(path, readRepositoryFile(path)))

for (const rule of rules) {
  describe(rule.says, () => {
    test('the source keeps this rule', () => {
      expect(checkRules(sources, workspace, [rule])).toEqual([])
    })

    test('a file that breaks this rule is caught', () => {
      const { path, text } = rule.broken
      const breaches = checkRules([readSourceFacts(path, text)], workspace, [rule])
      expect(breaches).toEqual([expect.stringMatching(new RegExp(`^${path}:1: .*, but ${rule.says}$`))])
    })
  })
}

describe('a rule that holds for what its files load', () => {
  const path = 'packages/pipeline/src/compile/deep.ts'
  const breaches = (...loaded: readonly (readonly [path: string, text: string])[]) =>
    checkRules(
      loaded.map(([at, text]) => readSourceFacts(at, text)),
      workspace,
      rules.filter(({ withImports }) => withImports),
    ).map((breach) => breach.split(':')[0])

  test.each([`import { hash } from 'node:crypto'`, `export * from 'fs'`, `await import('node:fs/promises')`])(
    'finds %s in a file that another one loads, and not in one that none loads',
    (text) => {
      const entry = 'packages/pipeline/src/compile.ts'
      expect(breaches([entry, `export { a } from './compile/deep.ts'`], [path, text])).toEqual([path])
      expect(breaches([entry, `export type { A } from './compile/deep.ts'`], [path, text])).toEqual([])
      expect(breaches([path, text])).toEqual([])
    },
  )

  test('follows an import into another package of ours', () => {
    const templates = 'packages/templates/src/index.ts'
    const entry = ['packages/pipeline/src/compile.ts', `import '@sluice/templates'`] as const
    expect(breaches(entry, [templates, `import 'node:fs'`])).toEqual([templates])
  })

  test('reaches the grammar of templates and the schema from the compile entry', () => {
    const reached = reachableFrom(['packages/pipeline/src/compile.ts'], sources, workspace)
    expect(reached).toContain('packages/connector-schema/src/definition.ts')
    expect(reached).toContain('packages/templates/src/compile.ts')
    expect(reached).not.toContain('packages/pipeline/src/run.ts')
  })
})

test('the rules see the whole source', () => {
  const seen = new Set(sources.map(({ path }) => path.split('/').slice(0, 2).join('/')))
  for (const { folder } of workspace) if (/^(packages|apps)\//.test(folder)) expect(seen).toContain(folder)
})

describe('an import is seen however it is written', () => {
  const importsOf = (text: string) =>
    readSourceFacts('a.ts', text).imports.map(({ specifier, typeOnly }) => ({ specifier, typeOnly }))

  test.each([
    [`import { a } from 'x'`],
    [`import a, { type B } from "x"`],
    [`import { type A } from 'x'`],
    [`import 'x'`],
    [`import * as a\n  from 'x'`],
    [`export { a } from 'x'`],
    [`export * from 'x'`],
    ['const a = await import(`x`)'],
    [`const a = require('x')`],
    [`const a = process.getBuiltinModule('x')`],
  ])('%s loads x', (text) => {
    expect(importsOf(text)).toEqual([{ specifier: 'x', typeOnly: false }])
  })

  test.each([[`import type { A } from 'x'`], [`export type { A } from 'x'`], [`let a: import('x').A`]])(
    '%s is a type only',
    (text) => {
      expect(importsOf(text)).toEqual([{ specifier: 'x', typeOnly: true }])
    },
  )

  test.each([[`// import 'x'`], [`const a = "import 'x'"`], [`/* require('x') */`]])('%s is none', (text) => {
    expect(importsOf(text)).toEqual([])
  })

  test('a computed import has a name that nothing declares', () => {
    expect(importsOf(`await import(name)`)).toEqual([{ specifier: '(computed)', typeOnly: false }])
  })
})

describe('the environment is seen however it is read', () => {
  const lines = (text: string) => readSourceFacts('a.ts', text).environmentLines

  test.each([
    ['process.env.A'],
    ['process.env'],
    [`process['env']`],
    ['globalThis.process.env.A'],
    ['process?.env'],
    ['const { env } = process'],
    ['const { env: all } = globalThis.process'],
    [`import { env } from 'node:process'`],
    [`import { env as all } from 'process'`],
  ])('%s', (text) => {
    expect(lines(text)).toEqual([1])
  })

  test.each([['context.env.A'], [`// process.env`], [`import { argv } from 'node:process'`]])(
    '%s is something else',
    (text) => {
      expect(lines(text)).toEqual([])
    },
  )
})

test('the opening of a secret is seen with and without a dot', () => {
  const text = `a.expose()\nb['expose']()\nconst open = c.expose\nexpose()\n`
  expect(readSourceFacts('a.ts', text).exposeLines).toEqual([1, 2, 3])
})
