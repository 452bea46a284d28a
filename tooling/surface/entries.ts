import { posix } from 'node:path'
import { publishedPackages } from '../workspace.ts'

/** Every entry point of the published packages that is made from a source file. */
export const entryPoints = (): readonly { readonly name: string; readonly path: string }[] =>
  publishedPackages().flatMap(({ name, folder, manifest }) =>
    Object.entries(manifest.exports ?? {}).flatMap(([entry, target]) => {
      const source = typeof target === 'string' ? undefined : target.source
      return source === undefined ? [] : [{ name: name + entry.slice(1), path: posix.join(folder, source) }]
    }),
  )
