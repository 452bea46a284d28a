import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import ts from 'typescript'

/** What compiles connectors in a page, as its bundler would load it. */
const entry = `
  import '@sluice/connector-schema/no-code-generation'
  export { compileRegistry } from '@sluice/pipeline/compile'
  export { describe } from './harness/describe-compilation.ts'
`

/**
 * Bundles the compile path for a browser. An import of a Node module fails the build.
 *
 * @returns one ES module
 */
export async function bundleForBrowser({ minify }: { readonly minify: boolean }): Promise<string> {
  const { outputFiles, warnings } = await build({
    stdin: { contents: entry, resolveDir: fileURLToPath(new URL('..', import.meta.url)), loader: 'ts' },
    bundle: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2024',
    conditions: ['source'],
    minify,
    legalComments: 'none',
    logLevel: 'silent',
    write: false,
  })
  const text = outputFiles[0]?.text
  if (text === undefined || warnings.length > 0)
    throw new Error(`no clean bundle: ${JSON.stringify(warnings)}`)
  return text
}

/** Names that a page does not have, or that a Content-Security-Policy forbids. */
const forbidden = new Set([
  'Buffer',
  'process',
  'require',
  'global',
  'setImmediate',
  '__dirname',
  '__filename',
  'eval',
  'Function',
])

/** Where a bundle that is not minified names one of them as a variable: `file: name`. */
export function forbiddenNames(bundle: string): readonly string[] {
  const source = ts.createSourceFile('bundle.js', bundle, ts.ScriptTarget.Latest, true)
  // esbuild says before each module which file it is of.
  const begins = [...bundle.matchAll(/^\s*\/\/ (\S+\.(?:[cm]?[jt]s|json))$/gm)]
  const fileAt = (offset: number) => begins.findLast(({ index }) => index < offset)?.[1] ?? '?'
  const found = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && forbidden.has(node.text) && isVariable(node)) {
      found.add(`${withoutStore(fileAt(node.getStart()))}: ${node.text}`)
    }
    if (ts.isStringLiteralLike(node) && node.text.startsWith('node:')) {
      found.add(`${withoutStore(fileAt(node.getStart()))}: ${node.text}`)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return [...found].toSorted()
}

/** Not the name of a property, as in `a.process` or `{ eval: 1 }`. */
function isVariable(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  return !(
    (ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent) || ts.isPropertyDeclaration(parent)) &&
    parent.name === node
  )
}

/** `../node_modules/.pnpm/zod@4.6.7/node_modules/zod/v4/core/util.js` → `zod/v4/core/util.js`. */
function withoutStore(file: string): string {
  return file.replace(/^.*\/node_modules\//, '').replace(/^(?:\.\.\/)+/, '')
}
