import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { freePorts } from './free-ports.ts'

/** A Redis of the test's own, which it may treat as badly as it likes. */
export interface OwnRedis {
  readonly url: string
  readonly port: number
  /** Neither answers nor resets: a machine that swaps. */
  stop(): void
  goOn(): void
  /** Dead at once, as after a crash. */
  kill(): Promise<void>
}

/** Starts a Redis on a free port of loopback, without persistence. */
export async function startOwnRedis(): Promise<OwnRedis> {
  const [port = 0] = await freePorts(1)
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  const child = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'ignore'] })
  const exited = once(child, 'exit')
  await ready(child)
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    stop: () => void child.kill('SIGSTOP'),
    goOn: () => void child.kill('SIGCONT'),
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    if (child.stdout === null) return reject(new Error('the child has no stdout'))
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('Ready to accept connections')) resolve()
    })
  })
}
