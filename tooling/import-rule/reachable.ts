import { matchesGlob, posix } from 'node:path'
import type { WorkspacePackage } from '../workspace.ts'
import type { SourceFacts } from './source-facts.ts'

/** The files that match the globs, and every file of ours that is loaded with them at run time. */
export const reachableFrom = (
  globs: readonly string[],
  files: readonly SourceFacts[],
  workspace: readonly WorkspacePackage[],
): ReadonlySet<string> => {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const reached = new Set(
    files.map(({ path }) => path).filter((path) => globs.some((glob) => matchesGlob(path, glob))),
  )
  // A set gives what is added while it is gone through.
  for (const path of reached) {
    for (const { specifier, typeOnly } of byPath.get(path)?.imports ?? []) {
      const target = typeOnly ? undefined : resolve(path, specifier, workspace)
      if (target !== undefined && byPath.has(target)) reached.add(target)
    }
  }
  return reached
}

/** The file that an import names; nothing where it is none of this workspace. */
const resolve = (
  path: string,
  specifier: string,
  workspace: readonly WorkspacePackage[],
): string | undefined => {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(path), specifier)
  for (const { name, folder, exports } of workspace) {
    if (specifier !== name && !specifier.startsWith(`${name}/`)) continue
    const entry = exports[specifier.replace(name, '.')]
    if (typeof entry === 'object' && entry.source !== undefined) return posix.join(folder, entry.source)
  }
  return undefined
}
