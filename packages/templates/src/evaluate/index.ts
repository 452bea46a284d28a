import type { Template, Token } from 'liquidjs'
import type { TemplateValues } from '../types.ts'
import { Unsupported } from './expressions.ts'
import { Frame } from './frame.ts'
import { Names } from './names.ts'
import { compileNodes, type Program } from './nodes.ts'
import { type Binding, fallibleBindings, requireBindings } from './scope.ts'

interface Options {
  readonly bindings: readonly Binding[]
  /** What a failure becomes; `at` is what was running. */
  readonly toError: (error: unknown, at: Token | undefined) => Error
}

/**
 * Compiles what LiquidJS parsed to closures, which give the same text without its generators. Nothing where a
 * template holds what only LiquidJS renders.
 */
export function createEvaluator(
  templates: readonly Template[],
  { bindings, toError }: Options,
): ((values: TemplateValues) => string) | undefined {
  const program = compile(templates, bindings)
  if (program === undefined) return undefined
  const { run, isTimed } = program
  const needed = fallibleBindings(bindings)
  return (values) => {
    const frame = new Frame(values, isTimed)
    try {
      if (needed.length > 0) requireBindings(needed, values)
      run(frame)
      return frame.text
    } catch (error) {
      throw toError(error, frame.at)
    }
  }
}

function compile(templates: readonly Template[], bindings: readonly Binding[]): Program | undefined {
  try {
    return compileNodes(templates, new Names(bindings))
  } catch (error) {
    if (error instanceof Unsupported) return undefined
    throw error
  }
}
