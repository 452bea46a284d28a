import { posix } from 'node:path'
import { describe, expect, test } from 'vitest'
import { publishedPackages } from '../workspace.ts'
import { pinned } from './pinned.ts'
import { readSurface } from './read-surface.ts'

/** Every entry point whose exports are ours to keep: of each published package, by its source. */
const entries = publishedPackages().flatMap(({ name, folder, manifest }) =>
  Object.entries(manifest.exports ?? {}).flatMap(([entry, target]) => {
    const source = typeof target === 'string' ? undefined : target.source
    return source === undefined ? [] : [{ name: name + entry.slice(1), path: posix.join(folder, source) }]
  }),
)

test('every entry point is pinned, and no other', () => {
  expect(Object.keys(pinned).sort()).toEqual(entries.map(({ name }) => name).sort())
})

describe('what a package exports is a decision: write a new export into tooling/surface/pinned.ts', () => {
  test.each(entries)('$name', ({ name, path }) => {
    expect(readSurface(path)).toEqual(pinned[name])
  })
})
