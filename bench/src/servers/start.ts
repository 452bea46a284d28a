import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { pinned } from './cores.ts'

const readyWithinMs = 30_000
const endsWithinMs = 10_000

/** A server in a process of its own. */
export interface StartedServer {
  readonly url: string
  readonly pid: number
  /** From the start of the process to the line that it is ready. */
  readonly readyMs: number
  stop(): Promise<void>
}

export interface StartOptions {
  readonly core: number | undefined
  readonly command: readonly string[]
  /** Beside those of this process. */
  readonly env?: Readonly<Record<string, string>>
}

/**
 * Starts a server that prints `ready <url>`. What it writes to stderr is not read: a line for each exchange would
 * cost the load more than the exchange.
 *
 * @throws Error where it ends, or is not ready in time
 */
export async function startServer(options: StartOptions): Promise<StartedServer> {
  const began = performance.now()
  const process = startProcess(options, 'pipe')
  const url = await process.until(readyLine(process.child))
  return { ...process, url, readyMs: performance.now() - began }
}

/**
 * Starts a server that says nothing when it is ready: it is once it answers.
 *
 * @throws Error where it ends, or does not answer in time
 */
export async function startQuietServer(
  { core, command }: StartOptions,
  { url, path }: { readonly url: string; readonly path: string },
): Promise<StartedServer> {
  const began = performance.now()
  const process = startProcess({ core, command }, 'ignore')
  await process.until(answers(url + path))
  return { ...process, url, readyMs: performance.now() - began }
}

/**
 * Starts a server that speaks no HTTP: it is ready once it takes connections.
 *
 * @throws Error where it ends, or takes none in time
 */
export async function startListener(
  options: StartOptions,
  { url, port }: { readonly url: string; readonly port: number },
): Promise<StartedServer> {
  const began = performance.now()
  const process = startProcess(options, 'ignore')
  await process.until(takesConnections(port))
  return { ...process, url, readyMs: performance.now() - began }
}

/** The command of one of the servers in `serve/`. */
export function nodeCommand(name: string, { args = [], nodeArgs = [] }: NodeCommand = {}): readonly string[] {
  const file = fileURLToPath(new URL(`serve/${name}.ts`, import.meta.url))
  return [process.execPath, ...nodeArgs, '--conditions=source', file, ...args]
}

interface NodeCommand {
  readonly args?: readonly string[]
  readonly nodeArgs?: readonly string[]
}

function startProcess({ core, command, env = {} }: StartOptions, stdout: 'pipe' | 'ignore') {
  const [file = '', ...args] = pinned(core, command)
  const child = spawn(file, args, {
    stdio: ['ignore', stdout, 'ignore'],
    env: { ...globalThis.process.env, ...env },
  })
  const exited = once(child, 'exit')
  const ended = exited.then(([code]) => {
    throw new Error(`It ended with ${code} before it was ready: ${command.join(' ')}`)
  })
  ended.catch(() => {})

  async function stop(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    const tooLong = setTimeout(() => child.kill('SIGKILL'), endsWithinMs)
    await exited
    clearTimeout(tooLong)
  }

  async function until<Value>(ready: Promise<Value>): Promise<Value> {
    try {
      return await Promise.race([ready, ended, tooLate(command)])
    } catch (error) {
      await stop()
      throw error
    }
  }
  return { child, pid: child.pid ?? 0, stop, until }
}

function readyLine({ stdout }: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    if (stdout === null) return
    createInterface({ input: stdout }).on('line', (line) => {
      const url = /^ready (http:\S+)$/.exec(line)?.[1]
      if (url !== undefined) resolve(url)
    })
  })
}

async function answers(url: string): Promise<void> {
  const end = performance.now() + readyWithinMs
  while (performance.now() < end) {
    const status = await fetch(url).then(
      async (response) => {
        await response.arrayBuffer()
        return response.status
      },
      () => undefined,
    )
    if (status === 200) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function takesConnections(port: number): Promise<void> {
  const end = performance.now() + readyWithinMs
  while (performance.now() < end) {
    const socket = connect(port, '127.0.0.1')
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (isOpen) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function tooLate(command: readonly string[]): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, readyWithinMs).unref())
  throw new Error(`It was not ready within ${readyWithinMs} ms: ${command.join(' ')}`)
}
