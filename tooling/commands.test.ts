import { execFile, spawn } from 'node:child_process'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { rootFolder } from './child.ts'
import type { Totals } from './totals.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-commands-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('the Node that runs is checked first', () => {
  const run = (version: string, event: string) =>
    promisify(execFile)(
      process.execPath,
      [
        '--import',
        `data:text/javascript,Object.defineProperty(process, 'version', { value: '${version}' })`,
        join(import.meta.dirname, 'node-version.js'),
      ],
      { env: { npm_lifecycle_event: event } },
    )

  test('Node 24 passes and is named', async () => {
    expect((await run('v24.1.0', 'test')).stdout).toBe('Node v24.1.0\n')
  })

  test.each(['v20.9.0', 'v26.0.0', 'v240.0.0'])(
    '%s is refused, and counted as one failure',
    async (version) => {
      await expect(run(version, 'test')).rejects.toMatchObject({
        code: 1,
        stdout: `Node ${version}\n0 passed, 1 failed, 0 skipped\n`,
        stderr: expect.stringContaining('Sluice needs Node 24'),
      })
    },
  )
})

test('the reporter counts every way in which a test run can fail, and names what did not run', async () => {
  const files = {
    'tests.test.js': `
      test('passes', () => {})
      test('fails', () => expect(1).toBe(2))
      test.skip('is skipped', () => {})
      describe('a suite', () => {
        beforeAll(() => { throw new Error('hook') })
        test('is never reached', () => {})
      })
      test('leaves an error behind', async () => {
        Promise.reject(new Error('late'))
        await new Promise((done) => setTimeout(done, 50))
      })`,
    'does-not-load.test.js': `import './nowhere.js'`,
    'has-no-tests.test.js': '',
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)

  const child = spawn(
    join(rootFolder, 'node_modules', '.bin', 'vitest'),
    ['run', '--globals', `--root=${folder}`, `--reporter=${join(import.meta.dirname, 'totals-reporter.ts')}`],
    { stdio: ['ignore', 'pipe', 'ignore', 'ipc'] },
  )
  const messages: unknown[] = []
  child.on('message', (message) => messages.push(message))
  let output = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  await new Promise((done) => child.on('close', done))

  // Failed: the test, the hook, the unhandled error, the file that does not load, the file without tests.
  expect(messages).toEqual([{ passed: 2, failed: 5, skipped: 2 } satisfies Totals])
  expect(output).toContain('did not run: tests.test.js > is skipped')
  expect(output).toContain('did not run: tests.test.js > a suite > is never reached')
})

describe('.ci/run sums the test commands', () => {
  const run = async (outcomes: { test: string; long?: string }) => {
    await cp(join(rootFolder, '.ci'), join(folder, '.ci'), { recursive: true })
    const scripts = outcomes.long === undefined ? {} : { 'test:long': outcomes.long }
    await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module', scripts }))
    const npx = `#!/bin/sh\ncase "$3" in\ntest) ${outcomes.test} ;;\ntest:long) ${outcomes.long ?? 'exit 9'} ;;\nesac\n`
    await writeFile(join(folder, 'npx'), npx, { mode: 0o755 })
    const env = { PATH: [folder, process.env.PATH].join(delimiter), TMPDIR: folder }
    const { code, stdout } = await promisify(execFile)('bash', [join(folder, '.ci', 'run')], { env }).then(
      (ended) => ({ code: 0, stdout: ended.stdout }),
      (error: { code: number; stdout: string }) => error,
    )
    return { code, last: stdout.trimEnd().split('\n').at(-1) }
  }
  const good = 'echo "5 passed, 0 failed, 2 skipped"'

  test.each([
    { title: 'one command', test: good, code: 0, last: '5 passed, 0 failed, 2 skipped' },
    { title: 'two commands', test: good, long: good, code: 0, last: '10 passed, 0 failed, 4 skipped' },
    {
      title: 'failed tests',
      test: 'echo "5 passed, 2 failed, 0 skipped"; exit 1',
      code: 1,
      last: '5 passed, 2 failed, 0 skipped',
    },
    {
      title: 'an exit code without a failed test',
      test: `${good}; exit 3`,
      code: 1,
      last: '5 passed, 1 failed, 2 skipped',
    },
    { title: 'no totals at all', test: 'echo broken', code: 1, last: '0 passed, 1 failed, 0 skipped' },
    {
      title: 'totals that are not the last line',
      test: `${good}; echo more`,
      code: 1,
      last: '0 passed, 1 failed, 0 skipped',
    },
    {
      title: 'a long run that dies',
      test: good,
      long: 'exit 1',
      code: 1,
      last: '5 passed, 1 failed, 2 skipped',
    },
  ])('$title', async ({ code, last, ...outcomes }) => {
    expect(await run(outcomes)).toEqual({ code, last })
  })
})
