import { type ChildProcess, spawn } from 'node:child_process'
import { delimiter, join, resolve } from 'node:path'

export const rootFolder = resolve(import.meta.dirname, '..')

const running = new Set<ChildProcess>()

/** Passes a request to stop on to the running command. Gives an object that tells whether there was one. */
export const passOnSignals = (): { readonly stopped: boolean } => {
  const state = { stopped: false }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      state.stopped = true
      for (const child of running) child.kill(signal)
    })
  }
  return state
}

export interface Command {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Shows the output only when the command fails. */
  readonly quiet?: boolean
  readonly timeoutMs?: number
  readonly onMessage?: (message: unknown) => void
}

/** Runs a command in the root folder, with the workspace's tools first in PATH. Gives its exit code. */
export const runCommand = ({ command, args, env, quiet, timeoutMs, onMessage }: Command): Promise<number> => {
  const output = quiet ? 'pipe' : 'inherit'
  const child = spawn(command, args, {
    cwd: rootFolder,
    env: { ...process.env, PATH: toolPath(), ...env },
    stdio: ['ignore', output, output, ...(onMessage ? (['ipc'] as const) : [])],
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
  })
  running.add(child)
  const kept: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => kept.push(text))
  }
  if (onMessage) child.on('message', onMessage)
  return new Promise((done) => {
    const end = (code: number) => {
      running.delete(child)
      if (code !== 0 && kept.length > 0) console.error(kept.join(''))
      done(code)
    }
    child.on('error', (error) => {
      console.error(`${command} could not be started: ${error.message}`)
      end(1)
    })
    child.on('close', (code) => end(code ?? 1))
  })
}

const toolPath = (): string =>
  [join(rootFolder, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter)
