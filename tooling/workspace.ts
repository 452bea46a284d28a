import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { rootFolder } from './child.ts'

/** One package of the workspace, as its package.json declares it. */
export interface WorkspacePackage {
  readonly name: string
  /** From the root, without a slash at its end; the root itself is ''. */
  readonly folder: string
  /** Export path (`.`, `./wire`) to the conditions or the file that it names. */
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>
  /** Everything that it may import: its dependencies of every kind. */
  readonly dependencies: ReadonlySet<string>
}

/** Every file that is tracked, or would be if it were added now; paths from the root, with `/`. */
export const repositoryFiles = (): readonly string[] =>
  execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: rootFolder,
    encoding: 'utf8',
  })
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(rootFolder, path)))

export const readRepositoryFile = (path: string): string => readFileSync(join(rootFolder, path), 'utf8')

export const readWorkspace = (files: readonly string[]): readonly WorkspacePackage[] =>
  files.filter((path) => /(^|\/)package\.json$/.test(path)).map(readPackage)

/** A package that npm gets. */
export interface PublishedPackage {
  readonly name: string
  readonly version: string
  readonly folder: string
  readonly manifest: Manifest
}

/** Every package of the workspace that is not private. */
export const publishedPackages = (): readonly PublishedPackage[] =>
  repositoryFiles()
    .filter((path) => /^(?:packages|apps)\/[^/]+\/package\.json$/.test(path))
    .map((path) => ({ folder: dirname(path), manifest: JSON.parse(readRepositoryFile(path)) as Manifest }))
    .filter(({ manifest }) => manifest.private !== true)
    .map(({ folder, manifest }) => ({ folder, manifest, name: manifest.name, version: manifest.version }))

interface Manifest extends Pick<WorkspacePackage, 'name'> {
  readonly version: string
  readonly private?: boolean
  readonly files?: readonly string[]
  readonly publishConfig?: { readonly exports?: WorkspacePackage['exports'] }
  readonly exports?: WorkspacePackage['exports']
  readonly dependencies?: object
  readonly devDependencies?: object
  readonly peerDependencies?: object
}

const readPackage = (path: string): WorkspacePackage => {
  const manifest = JSON.parse(readRepositoryFile(path)) as Manifest
  const folder = dirname(path)
  return {
    name: manifest.name,
    folder: folder === '.' ? '' : folder,
    exports: manifest.exports ?? {},
    dependencies: new Set([
      ...Object.keys(manifest.dependencies ?? {}),
      ...Object.keys(manifest.devDependencies ?? {}),
      ...Object.keys(manifest.peerDependencies ?? {}),
    ]),
  }
}
