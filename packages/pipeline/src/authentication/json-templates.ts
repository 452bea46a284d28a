import type { Uses } from '@sluice/templates'
import type { DefinitionReport } from '../definition-report.ts'
import { compileConfigField, configPath } from './config-field.ts'
import type { PlanContext } from './plan.ts'

/** A JSON object on both sides of the mask. */
export interface JsonTwin {
  readonly real: Readonly<Record<string, unknown>>
  readonly masked: Readonly<Record<string, unknown>>
}

/** A JSON object whose string leaves are templates of their own: a value never becomes structure. */
export interface JsonTemplates {
  readonly uses: readonly Uses[]
  render(context: PlanContext): JsonTwin
}

/** A leaf keeps what it is; `render` gives it for one side of the mask. */
type Node = (context: PlanContext, side: 'real' | 'masked') => unknown

/** Deeper than any claim set is, and far from the end of the stack. */
const maxDepth = 16

/** Compiles the string leaves of an object of the definition, e.g. `claims`. */
export function compileJson(
  field: string,
  value: Readonly<Record<string, unknown>>,
  report: DefinitionReport,
): JsonTemplates {
  const uses: Uses[] = []

  function compile(path: string, part: unknown, depth: number): Node {
    if (depth > maxDepth) {
      report.error(configPath(path), 'TOO_LARGE', `JSON may be nested ${maxDepth} levels deep`)
      return () => null
    }
    if (typeof part === 'string') return compileLeaf(path, part)
    if (Array.isArray(part)) {
      const nodes = part.map((item, index) => compile(`${path}[${index}]`, item, depth + 1))
      return (context, side) => nodes.map((node) => node(context, side))
    }
    if (typeof part === 'object' && part !== null) return compileObject(path, part, depth)
    return () => part
  }

  function compileLeaf(path: string, source: string): Node {
    const template = compileConfigField({ field: path, source, place: 'auth_text' }, report)
    if (template === undefined) return () => source
    uses.push(template.uses)
    return (context, side) => context.text(configPath(path), template)[side]
  }

  function compileObject(path: string, holder: object, depth: number): Node {
    const nodes = Object.entries(holder).map(([key, item]): readonly [string, Node] => [
      key,
      compile(`${path}.${key}`, item, depth + 1),
    ])
    return (context, side) => Object.fromEntries(nodes.map(([key, node]) => [key, node(context, side)]))
  }

  const root = compileObject(field, value, 0)
  const side = (context: PlanContext, which: 'real' | 'masked') =>
    root(context, which) as Readonly<Record<string, unknown>>
  return { uses, render: (context) => ({ real: side(context, 'real'), masked: side(context, 'masked') }) }
}

/** The uses of templates, some of which a definition may lack. */
export function usesOf(templates: readonly ({ readonly uses: Uses } | undefined)[]): readonly Uses[] {
  return templates.filter((template) => template !== undefined).map(({ uses }) => uses)
}
