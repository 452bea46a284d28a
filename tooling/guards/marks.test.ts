import { describe, expect, test } from 'vitest'
import { rootFolder } from '../child.ts'
import { repositoryFiles } from '../workspace.ts'
import { survivors } from './survivors.ts'
import { markedGuards } from './try-guards.ts'

describe('the marks of this repository', () => {
  const guards = markedGuards(rootFolder, repositoryFiles())

  test('there are some, each with a test to try', () => {
    expect(guards.length).toBeGreaterThan(0)
  })

  test('every survivor that is argued is a marked guard', () => {
    const ids = guards.map(({ id }) => id)
    expect(Object.keys(survivors).filter((id) => !ids.includes(id))).toEqual([])
  })
})
