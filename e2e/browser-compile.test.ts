/**
 * Connectors compile in a browser as they do in the server: the same packages, bundled for a page, without Node and
 * under a Content-Security-Policy that forbids code from strings.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { compileRegistry } from '@sluice/pipeline/compile'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundleForBrowser, forbiddenNames } from './harness/browser-bundle.ts'
import {
  documentedRegistries,
  exampleRegistries,
  mistakes,
  noRegistries,
  testedTemplates,
} from './harness/compile-corpus.ts'
import { describe } from './harness/describe-compilation.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-browser-'))
let minified: string

beforeAll(async () => {
  minified = await bundleForBrowser({ minify: true })
})
afterAll(() => rmSync(folder, { recursive: true }))

interface Run {
  readonly results: readonly string[]
  readonly generated: readonly string[]
  readonly left: readonly string[]
}

const main = `import { compileRegistry, describe } from './bundle.mjs'
report(registries.map((registry) => describe(compileRegistry(registry, { tenantId: 'acme' }))))`

async function compileWithoutNode(bundle: string, registries: readonly unknown[]): Promise<Run> {
  writeFileSync(join(folder, 'bundle.mjs'), bundle)
  writeFileSync(join(folder, 'main.mjs'), main)
  writeFileSync(join(folder, 'corpus.json'), JSON.stringify(registries))
  const preload = new URL('harness/without-node.ts', import.meta.url).href
  const flags = ['--disallow-code-generation-from-strings', '--import', preload]
  const files = [join(folder, 'main.mjs'), join(folder, 'corpus.json')]
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, ...files], { maxBuffer: 1 << 30 })
  return JSON.parse(stdout)
}

test('without Node and without code from strings everything compiles as it does in Node', async () => {
  const registries = [
    ...exampleRegistries(),
    ...documentedRegistries(),
    ...testedTemplates(),
    ...mistakes().map(([, registry]) => registry),
    ...noRegistries,
  ]
  const { results, generated, left } = await compileWithoutNode(minified, registries)
  expect(left).toEqual([])
  expect(generated).toEqual([])
  expect(results.length).toBe(registries.length)
  for (const [index, registry] of registries.entries()) {
    // As it went to the other process.
    const input: unknown = JSON.parse(JSON.stringify(registry))
    expect(results[index]).toBe(describe(compileRegistry(input, { tenantId: 'acme' })))
  }
})

test('the corpus holds what is right and every kind of mistake', () => {
  const compiled = [...exampleRegistries(), ...documentedRegistries()].map((registry) =>
    compileRegistry(registry, { tenantId: 'acme' }),
  )
  expect(compiled.flatMap(({ connectors }) => connectors).length).toBeGreaterThan(30)
  expect(testedTemplates().length).toBeGreaterThan(500)
  for (const [code, registry] of mistakes()) {
    const { errors, warnings } = compileRegistry(registry, { tenantId: 'acme' })
    expect([code, [...errors, ...warnings].map((issue) => issue.code)]).toEqual([
      code,
      expect.arrayContaining([code]),
    ])
  }
})

test('nothing in the bundle names what a page lacks, but what libraries never reach there', async () => {
  expect(forbiddenNames(await bundleForBrowser({ minify: false }))).toEqual([
    // `no-code-generation` keeps zod from both: the one asks whether code may be made, the other makes it.
    'zod/v4/core/doc.js: Function',
    'zod/v4/core/util.js: Function',
  ])
})

test('a name that a page lacks is found, and told from a property', () => {
  const bundle = [
    '// ../packages/templates/src/a.ts',
    'const a = { process: 1, eval() {} }; a.process; a.Buffer; class B { require = 1 }',
    '  // ../node_modules/.pnpm/x@1.0.0/node_modules/x/b.js',
    'const c = { Buffer }; Buffer.from(""); typeof process; new Function(""); import("node:fs"); (0, eval)("")',
  ].join('\n')
  expect(forbiddenNames(bundle)).toEqual(
    ['Buffer', 'Function', 'eval', 'node:fs', 'process'].map((name) => `x/b.js: ${name}`),
  )
})

test('the validator is small enough to be loaded with the editor', () => {
  // Measured: 128.0 kB. The bar for all that the editor loads to validate is 150 kB; the rest is left to what comes.
  expect(gzipSync(minified, { level: 9 }).length).toBeLessThanOrEqual(135_000)
})
