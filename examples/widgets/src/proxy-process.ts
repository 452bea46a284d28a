import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { registryFile } from './demo-config.ts'

const repository = fileURLToPath(new URL('../../../', import.meta.url))

const readyWithinMs = 60_000

/** A running `sluice dev`. */
export interface ProxyProcess {
  readonly url: string
  /** Settles when the process has ended, whoever ended it. */
  readonly ended: Promise<void>
  stop(): Promise<void>
}

export interface ProxyProcessOptions {
  readonly port: number
  readonly configFile: string
  /** Gets every line that the proxy prints but the one that says that it is ready. */
  readonly print: (line: string) => void
}

/**
 * Starts `sluice dev` on the demo's registry and waits until it answers.
 *
 * @throws Error when it ends instead, or does not answer within a minute
 */
export async function startProxyProcess({
  port,
  configFile,
  print,
}: ProxyProcessOptions): Promise<ProxyProcess> {
  const command = ['--conditions=source', 'packages/cli/src/main.ts', 'dev']
  const options = [
    '--registry',
    registryFile,
    '--config',
    configFile,
    '--host',
    '127.0.0.1',
    '--port',
    `${port}`,
  ]
  const child = spawn(process.execPath, [...command, ...options], {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit').then(() => {})
  createInterface({ input: child.stderr }).on('line', print)
  const impatience = setTimeout(() => child.kill('SIGKILL'), readyWithinMs)
  const url = await Promise.race([readyUrl(child, print), ended.then(() => undefined)])
  clearTimeout(impatience)
  if (url === undefined) throw new Error('The proxy ended before it was ready.')
  return { url, ended, stop: () => stop(child, ended) }
}

function readyUrl(child: ChildProcess, print: (line: string) => void): Promise<string> {
  const { stdout } = child
  if (stdout === null) throw new Error('the child has no stdout')
  return new Promise((resolve) => {
    createInterface({ input: stdout }).on('line', (line) => {
      const url = /^ready (http:\S+)$/.exec(line)?.[1]
      if (url === undefined) print(line)
      else resolve(url)
    })
  })
}

/** Asks the process to end, and ends it when it does not within five seconds. */
async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGTERM')
  const force = setTimeout(() => child.kill('SIGKILL'), 5000)
  await ended
  clearTimeout(force)
}
