import { watch } from 'chokidar'

const settleMs = 50

/**
 * Calls back after a file was saved. Editors that replace a file, or write it in pieces, count once.
 *
 * @returns a function that ends the watching
 */
export async function watchFiles(
  files: readonly string[],
  onSave: (file: string) => void,
): Promise<() => Promise<void>> {
  const watcher = watch([...files], {
    ignoreInitial: true,
    awaitWriteFinish: { stabilityThreshold: settleMs, pollInterval: 20 },
  })
  watcher.on('change', onSave)
  watcher.on('add', onSave)
  await new Promise<void>((resolve) => watcher.once('ready', resolve))
  return () => watcher.close()
}
