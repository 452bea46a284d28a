import type { Context } from 'liquidjs'
import { RenderFailure } from '../evaluate/render-error.ts'
import { limits, type RenderBudget } from './limits.ts'

/** A limit of work or size that a wider budget does not have: the same render may succeed in a worker. */
export class BudgetFailure extends RenderFailure {
  constructor(message: string) {
    super('limit', message)
  }
}

// A render is synchronous from its beginning to its end, so one variable serves a whole thread.
let current: RenderBudget = limits.inProcess

/** What the render that runs now may cost. */
export function currentBudget(): RenderBudget {
  return current
}

/** Renders with the budget of a worker. Anything else in this thread waits meanwhile. */
export function withIsolatedBudget<Result>(render: () => Result): Result {
  const before = current
  current = limits.isolated
  try {
    return render()
  } finally {
    current = before
  }
}

const workDone = new WeakMap<Context, number>()

/** Counts the work of one render. @throws BudgetFailure when it is more than the render may do */
export function chargeWork(context: Context, units: number): void {
  const done = (workDone.get(context) ?? 0) + units
  if (done > current.workUnits) {
    throw new BudgetFailure(
      'The template needs more work than it may do here: do less work in loops, or on less data.',
    )
  }
  workDone.set(context, done)
}
