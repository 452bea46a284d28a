import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { validateWorkflow } from '@action-validator/core'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { rootFolder } from './child.ts'
import { readRepositoryFile, repositoryFiles } from './workspace.ts'

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>
  readonly permissions: Readonly<Record<string, string>>
  readonly jobs: Readonly<Record<string, Job>>
}

interface Job {
  readonly 'timeout-minutes'?: number
  readonly permissions?: Readonly<Record<string, string>>
  readonly steps: readonly { readonly uses?: string; readonly run?: string; readonly with?: object }[]
}

const paths = repositoryFiles().filter((path) => path.startsWith('.github/workflows/'))
const { scripts } = JSON.parse(readRepositoryFile('package.json')) as { scripts: object }
/** Commands of pnpm itself. */
const builtIn = ['install', 'sbom']

/** What GitHub would not accept, by its own schema. */
const faultsOf = (text: string) => validateWorkflow(text).errors

/** Actions that are not named by a whole commit, with their version behind it: a tag can be moved. */
const unpinned = (text: string): readonly string[] =>
  [...text.matchAll(/uses: (.*)$/gm)]
    .map(([, action = '']) => action)
    .filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))

/** Scripts and files that a command names, and that are not there. */
const absent = (run: string): readonly string[] => [
  ...[...run.matchAll(/pnpm@12 ([\w:-]+)/g)]
    .map(([, command = '']) => command)
    .filter((command) => !(command in scripts) && !builtIn.includes(command)),
  ...[...run.matchAll(/\bnode ([\w./-]+)/g)]
    .map(([, file = '']) => file)
    .filter((file) => !existsSync(join(rootFolder, file))),
]

test('there are workflows for tests and for releases', () => {
  expect(paths).toEqual(['.github/workflows/ci.yml', '.github/workflows/release.yml'])
})

describe.each(paths)('%s', (path) => {
  const text = readRepositoryFile(path)
  const workflow = parse(text) as Workflow
  const jobs = Object.values(workflow.jobs)

  test('is a workflow that GitHub accepts', () => {
    expect(faultsOf(text)).toEqual([])
  })

  test('names each action by its commit', () => {
    expect(unpinned(text)).toEqual([])
  })

  test('runs only what exists', () => {
    expect(jobs.flatMap(({ steps }) => steps.flatMap(({ run = '' }) => absent(run)))).toEqual([])
  })

  test('may only read, but where a job says otherwise', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' })
  })

  test('ends every job in time, and keeps no credentials of the checkout', () => {
    for (const { steps, 'timeout-minutes': minutes } of jobs) {
      expect(minutes).toBeLessThanOrEqual(60)
      for (const { uses, with: inputs } of steps) {
        if (uses?.startsWith('actions/checkout@'))
          expect(inputs).toMatchObject({ 'persist-credentials': false })
      }
    }
  })

  test('gives a pull request no token and no secret', () => {
    expect(workflow.on).not.toHaveProperty('pull_request_target')
    if (!('pull_request' in workflow.on)) return
    expect(text).not.toMatch(/secrets\.|github\.token|id-token/)
    expect(jobs.filter(({ permissions }) => permissions !== undefined)).toEqual([])
  })
})

describe('a fault in a workflow is caught', () => {
  const workflow = (step: string) =>
    `on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - ${step}\n`

  test('an unknown key', () => {
    expect(faultsOf(workflow('run: a'))).toEqual([])
    expect(faultsOf(workflow('runs: a'))).not.toEqual([])
  })

  test('an action by its tag', () => {
    expect(unpinned(workflow('uses: actions/checkout@v6'))).toEqual(['actions/checkout@v6'])
  })

  test('a script or a file that is gone', () => {
    expect(absent('npx -y pnpm@12 test && npx -y pnpm@12 gone && node tooling/gone.js')).toEqual([
      'gone',
      'tooling/gone.js',
    ])
  })
})
