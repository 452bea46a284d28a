import { AssertionError, LiquidError } from 'liquidjs'
import type { Position } from '../analysis/position.ts'
import { BudgetFailure } from '../limits/budget.ts'
import { RenderFailure, type RenderFailureReason, TemplateRenderError } from './render-error.ts'

/**
 * Whatever a render threw, as our own error. Nothing of the engine's message survives: it quotes values.
 *
 * @param fallback - the position when the engine does not know one
 */
export function translateError(error: unknown, fallback: Position): TemplateRenderError {
  const position = LiquidError.is(error) ? positionOf(error) : fallback
  const cause = rootCause(error)
  const mayFitWorker = cause instanceof BudgetFailure || isMemoryLimit(cause)
  if (cause instanceof RenderFailure)
    return new TemplateRenderError(cause.reason, cause.message, { ...position, mayFitWorker })
  const reason: RenderFailureReason = isLimit(cause) ? 'limit' : 'filter'
  return new TemplateRenderError(reason, messages[reason], { ...position, mayFitWorker })
}

const messages = {
  limit: 'The template needs more time or memory than it may have: do less work in loops, or on less data.',
  filter: 'A filter cannot work with the value that it was given here.',
}

function positionOf(error: LiquidError): Position {
  const [line = 1, column = 1] = error.token.getPosition()
  return { line, column }
}

function rootCause(error: unknown): unknown {
  let cause = error
  while (LiquidError.is(cause) && cause.originalError !== undefined) cause = cause.originalError
  return cause
}

/** LiquidJS tells its limits apart by their words alone. */
function isMemoryLimit(cause: unknown): boolean {
  return cause instanceof AssertionError && cause.message === 'memory alloc limit exceeded'
}

function isLimit(cause: unknown): boolean {
  if (cause instanceof AssertionError) return cause.message.endsWith('limit exceeded')
  // V8's own ends: the stack, the longest string, the largest array.
  return cause instanceof RangeError && /call stack|string length|array length/i.test(cause.message)
}
