import { matchesGlob } from 'node:path'
import { expect, test } from 'vitest'
import { longGroups } from './long-groups.ts'
import { repositoryFiles } from './workspace.ts'

test('test:long has 25 minutes', () => {
  expect(longGroups.reduce((sum, { minutes }) => sum + minutes, 0)).toBe(25)
})

test.each(repositoryFiles().filter((path) => path.endsWith('.long.test.ts')))(
  '%s is in one group',
  (path) => {
    const isIn = (globs: readonly string[]) => globs.some((glob) => matchesGlob(path, glob))
    expect(longGroups.filter(({ include, exclude }) => isIn(include) && !isIn(exclude))).toHaveLength(1)
  },
)
