import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { checkPackage, Package } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as source from './index.ts'

const packageFolder = dirname(import.meta.dirname)
const name = '@sluice/connector-testing'
let folder: string
let dist: string

/** The package as it is published: what `files` names, with the exports of `publishConfig`. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'connector-testing-'))
  dist = join(folder, 'dist')
  await mkdir(dist)
  const tsup = join(dirname(createRequire(import.meta.url).resolve('tsup')), 'cli-default.js')
  await promisify(execFile)(process.execPath, [tsup, '--out-dir', dist], { cwd: packageFolder })
  const {
    publishConfig,
    devDependencies: _,
    dependencies,
    ...manifest
  } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'))
  const versions = Object.fromEntries(Object.keys(dependencies).map((key) => [key, '*']))
  const published = { ...manifest, ...publishConfig, dependencies: versions }
  await writeFile(join(folder, 'package.json'), JSON.stringify(published, null, 2))
}, 60_000)
afterAll(() => rm(folder, { recursive: true }))

describe('the published package', () => {
  it('is as publint would have it', async () => {
    const { messages } = await publint({ pkgDir: folder, strict: true, pack: false })
    // What npm shows of a package is not about its code.
    expect(messages.filter(({ code }) => code !== 'USE_LICENSE')).toEqual([])
  })

  it('has types that every resolution of ESM finds', async () => {
    const files: Record<string, string> = {}
    const paths = ['package.json', ...(await readdir(dist)).map((file) => `dist/${file}`)]
    for (const path of paths) {
      files[`/node_modules/${name}/${path}`] = await readFile(join(folder, path), 'utf8')
    }
    const analysis = await checkPackage(new Package(files, name, '0.1.0'), { entrypoints: ['.'] })
    if (!analysis.types) expect.unreachable('no types')
    // ESM alone, on purpose: `require` of it is Node's own affair, and node10 reads no exports.
    const problems = analysis.problems.filter(
      (problem) =>
        !('resolutionKind' in problem && ['node10', 'node16-cjs'].includes(problem.resolutionKind)),
    )
    expect(problems).toEqual([])
  })

  it('imports what it names as a dependency and nothing of Node, so that it runs in a browser', async () => {
    const { dependencies, peerDependencies } = JSON.parse(
      await readFile(join(folder, 'package.json'), 'utf8'),
    )
    const named = Object.keys({ ...dependencies, ...peerDependencies })
    for (const file of ['index.js', 'index.d.ts']) {
      const text = await readFile(join(dist, file), 'utf8')
      const imported = [...text.matchAll(/\bfrom\s*["']([^"'.][^"']*)["']/g)].map(([, from = '']) => from)
      expect(imported.length).toBeGreaterThan(0)
      for (const from of imported)
        expect(named).toContain(
          from
            .split('/')
            .slice(0, from.startsWith('@') ? 2 : 1)
            .join('/'),
        )
    }
  })

  it('exports these names, and no other', () => {
    expect(Object.keys(source).sort()).toEqual([
      'UnmockedConnectorError',
      'connectorHandlers',
      'connectorProblem',
    ])
  })

  it('exports these types, and no other', async () => {
    const declarations = await readFile(join(dist, 'index.d.ts'), 'utf8')
    const lists = [...declarations.matchAll(/^export (type )?\{([^}]*)\}/gm)]
    const types = lists.flatMap(([, allTypes, listed = '']) =>
      listed
        .split(',')
        .map((one) => one.trim())
        .filter((one) => allTypes || one.startsWith('type '))
        .map((one) => one.replace(/^type /, '')),
    )
    expect(types.sort()).toEqual([
      'HandlerOptions',
      'Manifest',
      'ManifestConnector',
      'Mock',
      'MockedCall',
      'Mocks',
      'PermalinkOf',
    ])
  })
})
