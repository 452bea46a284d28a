import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { defineConfig } from 'tsup'

type Config = ReturnType<typeof defineConfig>

/**
 * How a library of ours is built: ES modules with types, one file for each export that its package.json
 * declares (`source` in, `default` out), plus the entries named here, as `{ outName: sourceFile }`.
 * tsup runs in the package's folder.
 */
export const library = (more: Readonly<Record<string, string>> = {}): Config => {
  const { exports = {} } = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest
  const declared = Object.values(exports)
    .filter((entry) => typeof entry === 'object')
    .map((entry): [string, string] => [basename(entry.default, '.js'), entry.source])
  return defineConfig({
    entry: { ...Object.fromEntries(declared), ...more },
    format: 'esm',
    platform: 'node',
    target: 'node22',
    dts: true,
    sourcemap: true,
    clean: true,
  })
}

interface Manifest {
  readonly exports?: Readonly<Record<string, string | { readonly source: string; readonly default: string }>>
}
