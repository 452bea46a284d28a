/**
 * The pool of processes that render what is large or hard. The server only hands work over; what a process does ends
 * at its deadline, whatever it is, and takes nothing of the server with it.
 */
import { availableParallelism } from 'node:os'
import { ProblemError } from '@sluice/connector-schema'
import type { IsolatedRenderer } from '@sluice/pipeline'
import { recipeOf, TemplateRenderError, templateLimits } from '@sluice/templates'
import { shuttingDown } from '../../lifecycle.ts'
import { createFairQueue, type QueueBounds } from './fair-queue.ts'
import type { RenderOrder, RenderReply } from './protocol.ts'
import { type RenderProcess, startRenderProcess } from './render-process.ts'

/** How much a pool may do. */
export interface WorkerRendererOptions {
  readonly processes?: number
  readonly deadlineMs?: number
  /** Of each process. */
  readonly heapMegabytes?: number
  readonly waiting?: QueueBounds
}

/** A pool of processes, started as they are needed. */
export interface WorkerRenderer extends IsolatedRenderer {
  /** Ends all processes; whatever waits or runs fails with `SHUTTING_DOWN`. */
  close(): Promise<void>
}

/** Somebody who waits for a text. */
interface Job {
  readonly order: RenderOrder
  settle(outcome: { readonly bytes: Uint8Array } | { readonly error: unknown }): void
}

/** A process and what it does. */
interface Slot {
  readonly process: RenderProcess
  state: 'starting' | 'idle' | 'busy' | 'ending'
  job: Job | undefined
  timer: NodeJS.Timeout | undefined
}

const startMs = 10_000

/** Makes a pool. Nothing is started before the first render. */
export function createWorkerRenderer(options: WorkerRendererOptions = {}): WorkerRenderer {
  const {
    // Two at least: one tenant's render never is the only one that runs.
    processes = Math.min(4, Math.max(2, availableParallelism() - 1)),
    deadlineMs = templateLimits.isolatedDeadlineMs,
    heapMegabytes = 512,
    waiting = { perTenant: 16, total: 64 },
  } = options
  const queue = createFairQueue<Job>(waiting)
  const slots = new Set<Slot>()
  let closed = false

  function dispatch(): void {
    if (closed) return
    for (const slot of slots) while (slot.state === 'idle' && queue.size() > 0) begin(slot)
    const starting = [...slots].filter(({ state }) => state === 'starting').length
    for (let more = queue.size() - starting; more > 0 && slots.size < processes; more--) start()
  }

  function begin(slot: Slot): void {
    const job = queue.next()
    if (job === undefined) return
    try {
      slot.process.send(job.order)
    } catch (error) {
      // A value that cannot be copied is a fault of ours, and one exchange's alone.
      job.settle({ error })
      return
    }
    slot.state = 'busy'
    slot.job = job
    slot.timer = setTimeout(() => end(slot, tookTooLong()), deadlineMs)
  }

  function start(): void {
    const slot: Slot = {
      process: startRenderProcess(heapMegabytes, {
        onReply: (reply) => onReply(slot, reply),
        onExit: (error) => onExit(slot, error),
      }),
      state: 'starting',
      job: undefined,
      timer: setTimeout(() => void slot.process.kill(), startMs),
    }
    slots.add(slot)
  }

  /** The process counts until it is gone: a pool never has more of them than it says. */
  function end(slot: Slot, error: unknown): void {
    slot.state = 'ending'
    slot.job?.settle({ error })
    slot.job = undefined
    void slot.process.kill()
  }

  function onReply(slot: Slot, reply: RenderReply): void {
    if (slot.state === 'ending') return
    clearTimeout(slot.timer)
    slot.state = 'idle'
    slot.job?.settle(outcomeOf(reply))
    slot.job = undefined
    dispatch()
  }

  function onExit(slot: Slot, error: Error): void {
    clearTimeout(slot.timer)
    slots.delete(slot)
    slot.job?.settle({ error: tookTooMuch(error) })
    // Where processes cannot be started at all, somebody has to be told each time, or all would wait for ever.
    if (slot.state === 'starting' && !closed) {
      queue.next()?.settle({ error: new Error('a render process did not start', { cause: error }) })
    }
    dispatch()
  }

  return {
    render: ({ tenantId, template, values, signal }) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(shuttingDown())
        if (signal.aborted) return reject(signal.reason)
        const job: Job = {
          order: { recipe: recipeOf(template), values },
          settle(outcome) {
            signal.removeEventListener('abort', leave)
            if ('bytes' in outcome) resolve(outcome.bytes)
            else reject(outcome.error)
          },
        }
        // What runs already runs to its deadline at most: to kill the process would cost more than it frees.
        function leave(): void {
          queue.remove(tenantId, job)
          job.settle({ error: signal.reason })
        }
        signal.addEventListener('abort', leave)
        queue.add(tenantId, job)?.settle({ error: overloaded() })
        dispatch()
      }),
    async close() {
      closed = true
      for (const job of queue.drain()) job.settle({ error: shuttingDown() })
      await Promise.all(
        [...slots].map((slot) => {
          clearTimeout(slot.timer)
          slot.state = 'ending'
          slot.job?.settle({ error: shuttingDown() })
          slot.job = undefined
          return slot.process.kill()
        }),
      )
    },
  }
}

function outcomeOf(reply: RenderReply): Parameters<Job['settle']>[0] {
  switch (reply.kind) {
    case 'rendered':
      return { bytes: reply.bytes }
    case 'failed':
      return { error: new TemplateRenderError(reply.reason, reply.message, reply) }
    case 'broken':
    case 'ready':
      return { error: new Error('a render process failed', { cause: reply }) }
  }
}

/** A process that was ended cannot tell where it was. */
const beginning = { line: 1, column: 1 }

function tookTooLong(): TemplateRenderError {
  const message = 'The template needs more time than it may have: do less work in loops, or on less data.'
  return new TemplateRenderError('limit', message, beginning)
}

function tookTooMuch(cause: Error): TemplateRenderError {
  const message = 'The template needs more memory than it may have: do less work in loops, or on less data.'
  return Object.assign(new TemplateRenderError('limit', message, beginning), { cause })
}

function overloaded(): ProblemError {
  return new ProblemError('OVERLOADED', {
    detail: 'Too many large templates wait to be rendered; try again in a moment.',
    headers: { 'retry-after': '1' },
  })
}
