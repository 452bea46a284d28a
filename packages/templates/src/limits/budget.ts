import { RenderFailure } from '../evaluate/render-error.ts'
import { limits, type RenderBudget } from './limits.ts'

const advice = 'do less work in loops, or on less data.'

/** A limit of work or size that a wider budget does not have: the same render may succeed in a render process. */
export class BudgetFailure extends RenderFailure {
  constructor(message: string) {
    super('limit', message)
  }
}

/** More than a render may allocate. */
export function outOfMemory(): BudgetFailure {
  return new BudgetFailure(`The template needs more memory than it may have here: ${advice}`)
}

/** More than a render may do. */
export function outOfWork(): BudgetFailure {
  return new BudgetFailure(`The template needs more work than it may do here: ${advice}`)
}

/** More than a render may take. */
export function outOfTime(): RenderFailure {
  return new RenderFailure('limit', `The template needs more time than it may have: ${advice}`)
}

/** More than a render may give. */
export function outputTooLarge({ outputBytes }: RenderBudget): RenderFailure {
  const message = `The template gives more than ${outputBytes / (1024 * 1024)} MiB.`
  return outputBytes < limits.isolated.outputBytes
    ? new BudgetFailure(message)
    : new RenderFailure('limit', message)
}
