import type { Position } from '../analysis/position.ts'
import { BudgetFailure, outOfMemory } from '../limits/budget.ts'
import { DuplicateKeysFailure, RenderFailure, TemplateRenderError } from './render-error.ts'

/** Whatever a render threw, as our own error. Nothing of a library's message survives: it quotes values. */
export function translateError(error: unknown, position: Position): TemplateRenderError {
  const failure = toFailure(error)
  const mayFitWorker = failure instanceof BudgetFailure
  const pointers = failure instanceof DuplicateKeysFailure ? failure.pointers : []
  return new TemplateRenderError(failure.reason, failure.message, { ...position, mayFitWorker, pointers })
}

function toFailure(error: unknown): RenderFailure {
  if (error instanceof RenderFailure) return error
  // V8's own ends: the stack, the longest string, the largest array.
  if (error instanceof RangeError && /call stack|string length|array length/i.test(error.message)) {
    return new RenderFailure('limit', outOfMemory().message)
  }
  return new RenderFailure('filter', 'A filter cannot work with the value that it was given here.')
}
