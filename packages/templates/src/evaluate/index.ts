import type { Template } from 'liquidjs'
import { type Binding, fallibleBindings, requireBindings } from '../scope.ts'
import type { TemplateValues } from '../types.ts'
import { Unsupported } from './expressions.ts'
import { Frame } from './frame.ts'
import { Names } from './names.ts'
import { compileNodes } from './nodes.ts'

/** Renders once; a failure goes to `onFailure` with what was running. */
export type Evaluator = (
  values: TemplateValues,
  onFailure: (error: unknown, at: Frame['at']) => Error,
) => string

/**
 * Compiles what LiquidJS parsed to closures, which give the same text without its generators. Nothing where a
 * template holds what only LiquidJS renders.
 */
export function createEvaluator(
  templates: readonly Template[],
  bindings: readonly Binding[],
): Evaluator | undefined {
  try {
    const { run, isTimed } = compileNodes(templates, new Names(bindings))
    const needed = fallibleBindings(bindings)
    return (values, onFailure) => {
      const frame = new Frame(values, isTimed)
      try {
        requireBindings(needed, values)
        run(frame)
        return frame.text
      } catch (error) {
        throw onFailure(error, frame.at)
      }
    }
  } catch (error) {
    if (error instanceof Unsupported) return undefined
    throw error
  }
}
