import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { publishedPackages, readRepositoryFile, repositoryFiles } from '../workspace.ts'
import { addRelease, sectionOf } from './changelog.ts'

const published = publishedPackages()

describe('packages are released together', () => {
  test('all have one version', () => {
    expect(published.length).toBeGreaterThan(5)
    expect(new Set(published.map(({ version }) => version)).size).toBe(1)
  })

  test('changesets keeps it so', () => {
    expect(JSON.parse(readRepositoryFile('.changeset/config.json'))).toMatchObject({
      fixed: [['@sluice/*']],
      access: 'public',
    })
  })

  const changesets = repositoryFiles().filter((path) => /^\.changeset\/.+\.md$/.test(path))
  test.each(changesets)('%s names packages, a kind of change, and what changed', (path) => {
    const [, front = '', summary = ''] = readRepositoryFile(path).split(/^---$/m)
    const kinds = Object.entries(parse(front) as Record<string, string>)
    expect(kinds.length).toBeGreaterThan(0)
    for (const [name, kind] of kinds) {
      expect(published.map((one) => one.name)).toContain(name)
      expect(kind).toMatch(/^(major|minor|patch)$/)
    }
    expect(summary.trim()).not.toBe('')
  })
})

describe('a package holds only what is built', () => {
  test.each(published)('$name', ({ manifest }) => {
    expect(manifest.files).toContain('dist')
    // The condition `source` names files that are not packed.
    expect(JSON.stringify(manifest.publishConfig?.exports ?? {})).not.toContain('source')
    expect(
      Object.keys(manifest.publishConfig?.exports ?? {}).filter((entry) => entry !== './package.json'),
    ).toEqual(Object.keys(manifest.exports ?? {}))
  })
})

describe('the changelog', () => {
  const released = (newVersion: string) => ({ type: 'minor' as const, newVersion })
  const before = '# Changelog\n\nAll packages.\n'
  const plan = (
    ...changesets: readonly (readonly [summary: string, type: 'major' | 'minor' | 'patch'])[]
  ) => ({
    changesets: changesets.map(([summary, type]) => ({ summary, releases: [{ name: '@sluice/cli', type }] })),
    releases: [released('0.2.0'), { type: 'none' as const, newVersion: '0.1.0' }, released('0.2.0')],
  })

  test('gets a section, what breaks first', () => {
    expect(
      addRelease(before, plan(['A fault\nin two lines', 'patch'], ['All new', 'major']), '2026-11-28'),
    ).toBe(
      `${before}\n## 0.2.0 (2026-11-28)\n\n### Breaking\n\n- All new\n\n### Mended\n\n- A fault\n  in two lines\n`,
    )
  })

  test('has the newest version first, and tells each apart', () => {
    const first = addRelease(before, plan(['One', 'minor']), '2026-11-28')
    const second = addRelease(
      first,
      { ...plan(['Two', 'patch']), releases: [released('0.2.1')] },
      '2026-11-29',
    )
    expect(sectionOf(second, '0.2.0')).toBe('### New\n\n- One')
    expect(sectionOf(second, '0.2.1')).toBe('### Mended\n\n- Two')
    expect(second.indexOf('0.2.1')).toBeLessThan(second.indexOf('0.2.0'))
    expect(() => sectionOf(second, '0.2')).toThrow('no version 0.2')
  })

  test('is not written where nothing changed, or versions differ', () => {
    expect(() => addRelease(before, { changesets: [], releases: [] }, '2026-11-28')).toThrow(
      'nothing to release',
    )
    const releases = [released('1.0.0'), released('2.0.0')]
    expect(() => addRelease(before, { changesets: [], releases }, '2026-11-28')).toThrow('different versions')
  })
})
