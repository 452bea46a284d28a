import { matchesGlob, posix } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readRepositoryFile, readWorkspace, repositoryFiles } from './workspace.ts'

const files = repositoryFiles()
const workspace = readWorkspace(files)

/** What ties a repository to one machine or one network, and must not be in a file that others clone. */
const traces = [
  { what: 'a package registry', pattern: /\/\/[\w.:@-]*(?:registry|npmjs|npmmirror|yarnpkg|artifactory)/i },
  { what: 'a registry setting', pattern: /^\s*(?:@[\w-]+:)?registry\s*[=:]\s*\w+:|_auth(?:Token)/m },
  { what: "a machine's own path", pattern: /(?<![\w.:/-])\/(?:root|home|Users|work|workspaces?|builds)\/\w/ },
  { what: "a machine's own path", pattern: /\b[A-Z]:\\Users\\/ },
]

const tracesIn = (text: string): readonly string[] =>
  traces.filter(({ pattern }) => pattern.test(text)).map(({ what }) => what)

describe('the repository speaks of the project alone', () => {
  test('no file names a registry or a path of one machine', () => {
    const found = files
      .map((path) => ({ path, text: readRepositoryFile(path) }))
      .filter(({ text }) => !text.includes('\0'))
      .flatMap(({ path, text }) => tracesIn(text).map((what) => `${path} names ${what}`))
    expect(found).toEqual([])
  })

  test('the lockfile names no host at all', () => {
    expect(readRepositoryFile('pnpm-lock.yaml')).not.toMatch(/https?:|tarball:/)
  })

  const path = (...parts: string[]) => parts.join('/')
  test.each([
    [path('https:', '', 'registry.example.com', 'ky'), 'a package registry'],
    [path('http:', '', 'npmjs.example', 'ky'), 'a package registry'],
    [['registry', 'http://localhost'].join('='), 'a registry setting'],
    [['//localhost/:_auth', 'Token=x'].join(''), 'a registry setting'],
    [path('', 'home', 'ada', 'sluice'), "a machine's own path"],
    [path('cd ', 'root', 'x'), "a machine's own path"],
    [['C:', 'Users', 'ada'].join('\\'), "a machine's own path"],
  ])('%s is caught', (text, what) => {
    expect(tracesIn(text)).toEqual([what])
  })

  test.each([['https://api.example.com/home/x'], ['connectors_registry.json'], ['../work/x']])(
    '%s is not',
    (text) => {
      expect(tracesIn(text)).toEqual([])
    },
  )
})

describe('every export of a package names a source file', () => {
  // What is served as it was built, such as the script of the SDK, has no source file of its own.
  const named = workspace.flatMap(({ folder, exports }) =>
    Object.entries(exports)
      .map(([entry, target]) => ({
        folder,
        entry,
        file: typeof target === 'string' ? target : target.source,
      }))
      .filter(({ file }) => !file?.startsWith('./dist/')),
  )

  test('there are some', () => {
    expect(named.length).toBeGreaterThan(5)
  })

  test.each(named)('$entry of $folder', ({ folder, file = 'no source' }) => {
    const path = posix.join(folder, file)
    expect(files.some((present) => matchesGlob(present, path))).toBe(true)
  })
})
