import { describe, expect, test } from 'vitest'
import { entryPoints } from './entries.ts'
import { pinned } from './pinned.ts'
import { readSurface } from './read-surface.ts'

const entries = entryPoints()

test('every entry point is pinned, and no other', () => {
  expect(Object.keys(pinned).sort()).toEqual(entries.map(({ name }) => name).sort())
})

describe('what a package exports is a decision: `pnpm surface` pins a change of it', () => {
  test.each(entries)('$name', ({ name, path }) => {
    expect(readSurface(path)).toEqual(pinned[name])
  })
})
