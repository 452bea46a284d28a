import { beforeAll, describe, expect, test } from 'vitest'
import { rootFolder } from '../child.ts'
import { repositoryFiles } from '../workspace.ts'
import { survivors } from './survivors.ts'
import { markedGuards, type Trial, tryGuards } from './try-guards.ts'

const guards = markedGuards(rootFolder, repositoryFiles())

describe('without one guard a test fails', () => {
  const trials = new Map<string, Trial>()

  beforeAll(async () => {
    await tryGuards(guards, { root: rootFolder, onTrial: (trial) => trials.set(trial.id, trial) })
    // The budget of all guards together.
  }, 300_000)

  // By `%s`, which does not shorten a path.
  test.each(guards.map(({ id, tests }) => [id, tests] as const))('%s', (id, tests) => {
    const outcome = id in survivors ? 'survived' : 'held'
    expect(trials.get(id)?.outcome, `tried with ${tests.join(', ')}`).toBe(outcome)
  })
})
