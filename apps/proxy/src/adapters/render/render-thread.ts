import { Worker } from 'node:worker_threads'
import type { RenderOrder, RenderReply } from './protocol.ts'

/** What a thread tells of itself. */
export interface ThreadEvents {
  onReply(reply: RenderReply): void
  /** It is gone: killed, out of memory, or never begun. */
  onExit(error: Error | undefined): void
}

/** One worker thread. */
export interface RenderThread {
  send(order: RenderOrder): void
  kill(): Promise<void>
}

/** Beside this file, from sources as in the build. */
const isSource = import.meta.url.endsWith('.ts')
const entry = new URL(isSource ? './render-worker.ts' : './render-worker.js', import.meta.url)

/** Starts a thread that has nothing of this process: no environment, no input, bounded memory. */
export function startRenderThread(heapMegabytes: number, { onReply, onExit }: ThreadEvents): RenderThread {
  const worker = new Worker(entry, {
    env: {},
    execArgv: isSource ? ['--conditions=source'] : [],
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
  })
  let failure: Error | undefined
  worker.on('message', onReply)
  worker.on('error', (error) => {
    failure = error instanceof Error ? error : new Error('a render thread failed')
  })
  worker.on('exit', () => onExit(failure))
  // The process may end while threads idle.
  worker.unref()
  return {
    send: (order) => worker.postMessage(order),
    kill: async () => void (await worker.terminate()),
  }
}
