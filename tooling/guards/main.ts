/** `pnpm guards [part of a path or name]`: takes out the marked guards one at a time, and lists what no test holds. */
import { rootFolder } from '../child.ts'
import { repositoryFiles } from '../workspace.ts'
import { survivors } from './survivors.ts'
import { markedGuards, type Trial, tryGuards } from './try-guards.ts'

const [part = ''] = process.argv.slice(2)
const guards = markedGuards(rootFolder, repositoryFiles()).filter(({ id }) => id.includes(part))

const trials = await tryGuards(guards, {
  root: rootFolder,
  onTrial: (trial) => console.log(`${trial.path}:${trial.line} ${trial.name}: ${said(trial)}`),
})
const unexplained = trials.filter(({ outcome, id }) => outcome === 'survived' && survivors[id] === undefined)
console.log(`${trials.length} guards, ${unexplained.length} that no test holds`)
process.exitCode = trials.length > 0 && unexplained.length === 0 ? 0 : 1

function said(trial: Trial): string {
  if (trial.outcome === 'held') return `held by "${trial.by}"`
  return survivors[trial.id] ?? `no test holds it (${trial.tests.join(', ')})`
}
