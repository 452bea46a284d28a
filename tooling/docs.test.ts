import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { rootFolder } from './child.ts'
import { readRepositoryFile, readWorkspace, repositoryFiles } from './workspace.ts'

const files = repositoryFiles()
const roots = [...new Set(files.filter((file) => file.includes('/')).map((file) => file.split('/')[0]))]
const exists = (path: string): boolean => existsSync(join(rootFolder, path))

const workspace = readWorkspace(files)

/** The scripts of a package of ours, or of the root. */
function scriptsOf(name: string | undefined): object {
  const folder = name === undefined ? '' : workspace.find((one) => one.name === `@sluice/${name}`)?.folder
  if (folder === undefined) return {}
  return (JSON.parse(readRepositoryFile(join(folder, 'package.json'))) as { scripts: object }).scripts
}

/** Paths between backticks that begin in a folder of the root. One with a star names what matches it. */
function quotedPaths(text: string): readonly string[] {
  return [...text.matchAll(/`([\w.-]+\/[\w./*-]*)`/g)]
    .map(([, path = '']) => path)
    .filter((path) => roots.includes(path.split('/')[0]))
}

/** Relative links, without their fragment. */
function linkedPaths(page: string, text: string): readonly string[] {
  return [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^\w+:/.test(target))
    .map((target) => join(dirname(page), target))
}

/** The paths of the drawing of the house: folders by their indentation, and files in them. */
function drawnPaths(text: string): readonly string[] {
  const drawing = /```\n(packages\/[\s\S]*?)```/.exec(text)?.[1] ?? ''
  const open: string[] = []
  return drawing.split('\n').flatMap((line) => {
    const depth = (/^ */.exec(line)?.[0].length ?? 0) / 2
    const paths = line
      .split(/\s{2,}/)
      .filter((part) => /^(?:[\w.-]+\/)+$|^(?:[\w.-]+\/)*[\w-]+\.ts$/.test(part))
    const [first] = paths
    if (first === undefined || depth > 2) return []
    const within = open.slice(0, depth).join('')
    if (first.endsWith('/')) open.splice(depth, open.length, first)
    return paths.map((path) => within + path)
  })
}

describe.each(['CONTRIBUTING.md', 'AGENTS.md', 'docs/architecture.md'])('%s', (page) => {
  const text = readRepositoryFile(page)

  test('names only what exists', () => {
    const paths = [...quotedPaths(text), ...linkedPaths(page, text), ...drawnPaths(text)]
    const absent = paths.filter((path) =>
      path.includes('*')
        ? !files.some((file) => new RegExp(`^${path.replaceAll('*', '[^/]*')}$`).test(file))
        : !exists(path),
    )
    expect(paths.length).toBeGreaterThan(5)
    expect(absent).toEqual([])
  })

  test('tells only of commands that there are', () => {
    const commands = [...text.matchAll(/npx -y pnpm@12 (?:--filter @sluice\/(\S+) )?([\w:-]+)/g)]
    const absent = commands.filter(([, name, command = '']) => !(command in scriptsOf(name)))
    expect(absent.map(([whole]) => whole)).toEqual([])
  })
})

test('the steps in docs/architecture.md are those of run.ts, in its order', () => {
  const source = ts.createSourceFile(
    'run.ts',
    readRepositoryFile('packages/pipeline/src/run.ts'),
    ts.ScriptTarget.Latest,
    true,
  )
  const names: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText() === 'step') {
      const name = node.arguments[1]
      if (name !== undefined && ts.isStringLiteral(name)) names.push(name.text)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  const [, section = ''] =
    /\n### The steps\n([\s\S]*?)(?=\n#|$)/.exec(readRepositoryFile('docs/architecture.md')) ?? []
  expect(names.length).toBeGreaterThan(10)
  expect([...section.matchAll(/^\| `([\w-]+)`/gm)].map(([, name]) => name)).toEqual(names)
})

test('every word of the glossary has one line', () => {
  const words = [...readRepositoryFile('docs/glossary.md').matchAll(/^\| ([^|]+) \|/gm)]
    .flatMap(([, cell = '']) => cell.split(', '))
    .filter((word) => word !== 'word' && !/^-+$/.test(word))
  expect(words.length).toBeGreaterThan(60)
  expect(words.filter((word, index) => words.indexOf(word) < index)).toEqual([])
})
