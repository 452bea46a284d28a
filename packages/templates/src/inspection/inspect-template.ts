import { type CompileFailure, collecting } from '../analysis/failure.ts'
import { type BindingNode, settleNames } from '../analysis/settle-names.ts'
import { hasMarkers, lex } from '../dialects/liquid/lexer.ts'
import { parseStatements } from '../dialects/liquid/statements.ts'
import { type Filtered, type Value, valuesIn } from '../tree/expressions.ts'
import { type FlowNode, nodesInside } from '../tree/flow.ts'

/** A path through a value: the root's name, property names, `[]` for any item of a list. */
export type ValuePath = readonly string[]

/** One output: the values that it is made of, and the filters after it. */
export interface InspectedOutput {
  readonly reads: readonly ValuePath[]
  readonly filters: readonly string[]
}

/** What a template does with values, for people who judge what it lets happen. Never for rendering. */
export interface TemplateInspection {
  /** Every value that is read, outside of the tags that only bind it to a name. */
  readonly reads: readonly ValuePath[]
  readonly outputs: readonly InspectedOutput[]
}

/**
 * Looks into a template that compiles. A name that is bound stands for all that is ever bound to it; what is read
 * behind a filter counts as read whole, but for `map` with a literal property.
 *
 * @param source - of a template that compiled without an error
 */
export function inspectTemplate(source: string): TemplateInspection {
  if (!hasMarkers(source)) return { reads: [], outputs: [] }
  const flow: FlowNode[] = []
  collecting([], () => flow.push(...parseStatements(source, lex(source)).flow))
  const inspector = new Inspector(flow)
  inspector.settle(flow)
  inspector.inspectAll(flow)
  return { reads: unique(inspector.reads), outputs: inspector.outputs }
}

/** A chain of names that are bound to each other does not make a path longer than this. */
const longestPath = 16

/** A name that stands for more paths than this stands for whole values. */
const mostPaths = 100

class Inspector {
  readonly reads: ValuePath[] = []
  readonly outputs: InspectedOutput[] = []
  private readonly names: Map<string, readonly ValuePath[]>
  private readonly tooMany = new Set<string>()

  constructor(flow: readonly FlowNode[]) {
    // A name that is read before it is bound is nothing yet, not a value of the scope.
    this.names = new Map(namesBoundIn(flow).map((name) => [name, []]))
  }

  /** Where names run in circles, each stands for whole values. */
  settle(flow: readonly FlowNode[]): void {
    const failures: CompileFailure[] = []
    collecting(failures, () => settleNames(flow, (node) => this.bind(node), longestPath + 2))
    if (failures.length === 0) return
    for (const [name, paths] of this.names) {
      this.tooMany.add(name)
      this.names.set(name, unique(paths.map((path) => path.slice(0, 1))))
    }
    settleNames(flow, (node) => this.bind(node), this.names.size + 1)
  }

  inspectAll(nodes: readonly FlowNode[]): void {
    for (const node of nodes) {
      this.inspect(node)
      this.inspectAll(nodesInside(node))
    }
  }

  private inspect(node: FlowNode): void {
    if (node.kind === 'assign') {
      this.reads.push(...this.operandsOf(node.value))
    } else if (node.kind === 'loop') {
      const { limit, offset } = node
      for (const value of [limit, offset])
        if (typeof value === 'object') this.reads.push(...this.pathsOf(value))
    } else if ('statement' in node) {
      for (const filtered of node.statement.expressions) this.output(filtered)
    }
    if (node.kind === 'branches' || node.kind === 'case') this.conditions(node)
  }

  private conditions(node: Extract<FlowNode, { kind: 'branches' | 'case' }>): void {
    const values =
      node.kind === 'case' ? [node.value, ...node.arms.flatMap(({ when }) => when)] : conditionValues(node)
    this.reads.push(...values.flatMap((value) => this.pathsOf(value)))
  }

  private output(filtered: Filtered): void {
    const reads = unique([...this.resultOf(filtered), ...this.operandsOf(filtered)])
    this.reads.push(...reads)
    this.outputs.push({ reads, filters: filtered.filters.map(({ name }) => name) })
  }

  /** Whether anything was added. */
  private bind(node: BindingNode): boolean {
    switch (node.kind) {
      case 'assign':
        return this.bindName(node.name, this.resultOf(node.value))
      case 'capture':
        return this.bindName(node.name, this.writtenBy(node.body))
      case 'loop':
        return this.bindName(
          node.variable,
          this.pathsOf(node.collection).map((path) => [...path, '[]']),
        )
    }
  }

  private bindName(name: string, found: readonly ValuePath[]): boolean {
    const known = this.names.get(name) ?? []
    const longest = this.tooMany.has(name) ? 1 : longestPath
    const joined = unique([...known, ...found.map((path) => path.slice(0, longest))])
    const isTooMany = joined.length > mostPaths && longest > 1
    if (isTooMany) this.tooMany.add(name)
    this.names.set(name, isTooMany ? unique(joined.map((path) => path.slice(0, 1))) : joined)
    return isTooMany || joined.length > known.length
  }

  private writtenBy(nodes: readonly FlowNode[]): readonly ValuePath[] {
    return nodes.flatMap((node) => {
      if (node.kind === 'capture') return []
      if (node.kind !== 'output' && node.kind !== 'cycle') return this.writtenBy(nodesInside(node))
      return node.statement.expressions.flatMap((filtered) => this.resultOf(filtered))
    })
  }

  /** What an expression gives: its value, narrowed by `map: 'name'`. */
  private resultOf({ value, filters }: Filtered): readonly ValuePath[] {
    let paths = this.pathsOf(value)
    for (const {
      name,
      arguments: [argument],
    } of filters) {
      if (name !== 'map') continue
      const property = argument?.kind === 'literal' ? String(argument.value) : undefined
      if (property === undefined) break
      paths = paths.map((path) => [...path, '[]', ...property.split('.')])
    }
    return paths
  }

  /** Values in the arguments of filters. */
  private operandsOf({ filters }: Filtered): readonly ValuePath[] {
    return filters
      .flatMap((filter) => [...filter.arguments, ...filter.named.values()])
      .flatMap((value) => this.pathsOf(value))
  }

  private pathsOf(value: Value): readonly ValuePath[] {
    switch (value.kind) {
      case 'path': {
        const { steps, computed } = this.stepsOf(value.properties)
        const roots = this.names.get(value.root) ?? [[value.root]]
        return [...roots.map((root) => [...root, ...steps]), ...computed]
      }
      case 'call': {
        const { steps, computed } = this.stepsOf(value.properties)
        return [[`${value.name}(${value.argument})`, ...steps], ...computed]
      }
      case 'range':
        return value.bounds.flatMap((bound) => this.pathsOf(bound))
      default:
        return []
    }
  }

  /** A property that is only known when rendering may be any: the path ends before it. */
  private stepsOf(properties: Extract<Value, { kind: 'path' }>['properties']): {
    readonly steps: ValuePath
    readonly computed: readonly ValuePath[]
  } {
    const end = properties.findIndex((property) => typeof property === 'object')
    const literal = end === -1 ? properties : properties.slice(0, end)
    const steps = literal.map((property) => (typeof property === 'number' ? '[]' : String(property)))
    const computed = properties.flatMap((property) =>
      typeof property === 'object' ? this.pathsOf(property.computed) : [],
    )
    return { steps, computed }
  }
}

function namesBoundIn(nodes: readonly FlowNode[]): readonly string[] {
  return nodes.flatMap((node) => {
    const inside = namesBoundIn(nodesInside(node))
    if (node.kind === 'loop') return [node.variable, ...inside]
    return node.kind === 'assign' || node.kind === 'capture' ? [node.name, ...inside] : inside
  })
}

function conditionValues({ arms }: Extract<FlowNode, { kind: 'branches' }>): readonly Value[] {
  return arms.flatMap(({ when }) => valuesIn(when))
}

function unique(paths: readonly ValuePath[]): readonly ValuePath[] {
  return [...new Map(paths.map((path) => [JSON.stringify(path), path])).values()]
}
