/** How an exchange goes through steps: each gets what the one before gave, is timed, and may be watched. */

import type { Ports } from '../ports/context.ts'
import { Finished } from './exchange.ts'
import type { Step, StepName, Steps } from './in-order.ts'
import type { timer } from './timings.ts'

/** What an observer gets of a stage that failed. */
export const stageFailed: unique symbol = Symbol('the stage failed')

/**
 * Watches an exchange: gets what a stage gave (`stageFailed` where it failed) and how long it took, and gives what the
 * next one shall take: the same, or for a body that was read, one that can be read again.
 */
export type Observer = (name: StepName, value: unknown, ms: number) => unknown

/** What accompanies one exchange through its steps. */
export interface Run {
  readonly ports: Ports
  readonly time: ReturnType<typeof timer>
  readonly observe: Observer | undefined
}

/** Goes through steps until one ends the exchange. Gives no promise where none of them does. */
export function through<First, Last>(
  steps: Steps<First, Last>,
  first: First | Finished,
  run: Run,
): Last | Finished | Promise<Last | Finished> {
  return goOn({ list: steps.list, from: 0 }, first, run) as Last | Finished | Promise<Last | Finished>
}

interface Way {
  readonly list: readonly Step<unknown, unknown>[]
  readonly from: number
}

function goOn({ list, from }: Way, first: unknown, run: Run): unknown {
  let value = first
  for (let at = from; at < list.length && !(value instanceof Finished); at += 1) {
    const step = list[at] as Step<unknown, unknown>
    const given =
      run.observe === undefined
        ? ran(step, value, run)
        : watched(step, value, { ...run, observe: run.observe })
    if (given instanceof Promise) return given.then((next) => goOn({ list, from: at + 1 }, next, run))
    value = given
  }
  return value
}

function ran({ part, run: stage }: Step<unknown, unknown>, value: unknown, { ports, time }: Run): unknown {
  try {
    const given = stage(value, ports)
    if (given instanceof Promise) return counted(given, () => time.took(part))
    return given
  } finally {
    time.took(part)
  }
}

/** What `finally` does, with one promise instead of three. */
function counted(given: Promise<unknown>, count: () => void): Promise<unknown> {
  return given.then(
    (value) => {
      count()
      return value
    },
    (error: unknown) => {
      count()
      throw error
    },
  )
}

async function watched(
  { part, name, run: stage }: Step<unknown, unknown>,
  value: unknown,
  { ports, time, observe }: Run & { readonly observe: Observer },
): Promise<unknown> {
  let given: unknown
  try {
    given = await stage(value, ports)
  } catch (error) {
    await observe(name, stageFailed, time.took(part))
    throw error
  }
  return observe(name, given, time.took(part))
}
