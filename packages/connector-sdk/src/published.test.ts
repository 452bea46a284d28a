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
const name = '@sluice/connector-sdk'
let folder: string

/** The package as it is published: what `files` names, with the exports of `publishConfig`. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'connector-sdk-'))
  await mkdir(join(folder, 'dist'))
  const tsup = join(dirname(createRequire(import.meta.url).resolve('tsup')), 'cli-default.js')
  const target = join(folder, 'dist')
  await promisify(execFile)(process.execPath, [tsup, '--out-dir', target], { cwd: packageFolder })
  const {
    publishConfig,
    devDependencies: _,
    ...manifest
  } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'))
  const published = { ...manifest, ...publishConfig, dependencies: { ky: '*' } }
  await writeFile(join(folder, 'package.json'), JSON.stringify(published, null, 2))
})
afterAll(() => rm(folder, { recursive: true }))

describe('the published package', () => {
  it('is as publint would have it', async () => {
    const { messages } = await publint({ pkgDir: folder, strict: true, pack: false })
    // What npm shows of a package is not about its code.
    expect(messages.filter(({ code }) => code !== 'USE_LICENSE')).toEqual([])
  })

  it('has types that every resolution of ESM finds, and that are right', async () => {
    const files: Record<string, string> = {}
    const paths = ['package.json', ...(await readdir(join(folder, 'dist'))).map((file) => `dist/${file}`)]
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

  it('exports these names, and no other', () => {
    expect(Object.keys(source).sort()).toEqual([
      'ConnectorBoundaryError',
      'ConnectorNetworkError',
      'ConnectorProblem',
      'ConnectorTimeoutError',
      'ConnectorUpstreamError',
      'createConnectorClient',
      'isConnectorError',
    ])
  })

  it('exports these types, and no other', async () => {
    const declarations = await readFile(join(folder, 'dist', 'index.d.ts'), 'utf8')
    const [, listed = ''] = /export type \{([^}]*)\}/.exec(declarations) ?? []
    const types = listed.split(',').map((one) => one.trim())
    expect(types.sort()).toEqual([
      'Answer',
      'BoundaryCode',
      'CallOptions',
      'ClientOptions',
      'ConnectorClient',
      'ConnectorError',
      'ErrorParam',
      'Manifest',
      'ManifestConnector',
      'ManifestConstraints',
      'Payload',
      'PermalinkOf',
      'ResponseAs',
      'ResponseOf',
      'Scalar',
      'SessionSource',
    ])
  })
})
