import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The command line as a checkout runs it. */
export const sluiceCommand: readonly string[] = [
  '--conditions=source',
  fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url)),
]

/** What a command of the command line gave. */
export interface Finished {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs `sluice` to its end. The streams are pipes, not terminals. */
export function runSluice(
  options: readonly string[],
  { cwd, env = {} }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Finished> {
  const { NO_COLOR: _no, FORCE_COLOR: _force, ...inherited } = process.env
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...sluiceCommand, ...options],
      { cwd, env: { ...inherited, ...env } },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
      },
    )
  })
}
