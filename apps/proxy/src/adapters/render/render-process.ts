import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { RenderOrder, RenderReply } from './protocol.ts'

/** What a process tells of itself. */
export interface RenderProcessEvents {
  onReply(reply: RenderReply): void
  /** Told once: it is gone: killed, out of memory, or never begun. */
  onExit(error: Error): void
}

/** One child process that renders. */
export interface RenderProcess {
  /** Of the system; `undefined` where it could not be started. */
  readonly pid: number | undefined
  /** Throws where the order cannot be copied. */
  send(order: RenderOrder): void
  /** Fulfilled when it is gone. */
  kill(): Promise<void>
}

/** Beside this file, from sources as in the build. */
const isSource = import.meta.url.endsWith('.ts')
const entry = new URL(isSource ? './render-worker.ts' : './render-worker.js', import.meta.url)

/**
 * Starts a process that has nothing of this one: no environment, no input, bounded memory. A process and not a thread:
 * what ends a thread in the midst of its work, its memory limit above all, can end the whole server with it.
 */
export function startRenderProcess(
  heapMegabytes: number,
  { onReply, onExit }: RenderProcessEvents,
): RenderProcess {
  const child = fork(fileURLToPath(entry), {
    env: {},
    execArgv: [`--max-old-space-size=${heapMegabytes}`, ...(isSource ? ['--conditions=source'] : [])],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const { promise: gone, resolve } = Promise.withResolvers<Error>()
  child.on('message', onReply)
  child.on('exit', (code, signal) => resolve(new Error(`a render process ended with ${signal ?? code}`)))
  child.on('error', (cause) => {
    // Never begun, or no longer to be reached: in both cases there is nothing to wait for.
    child.kill('SIGKILL')
    resolve(new Error('a render process failed', { cause }))
  })
  void gone.then(onExit)
  // The server may end while processes idle; they end when they see that it has.
  child.unref()
  child.channel?.unref()
  return {
    pid: child.pid,
    send: (order) => void child.send(order),
    kill: async () => {
      // Who waits for the end must live to see it.
      child.ref()
      child.kill('SIGKILL')
      await gone
    },
  }
}
