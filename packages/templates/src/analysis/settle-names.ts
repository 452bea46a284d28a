import type { Filtered, Value } from '../tree/expressions.ts'
import { type FlowNode, nodesInside } from '../tree/flow.ts'
import type { Statement } from '../tree/statement.ts'
import { CompileFailure } from './failure.ts'

/** A node that binds a name. */
export type BindingNode = Extract<FlowNode, { kind: 'assign' | 'capture' | 'loop' }>

/** Names that are bound in circles may need several rounds; no template that people write needs as many. */
const mostRounds = 10

/**
 * Lets every node bind its name until nothing is added: names may be bound to one another, and before they are. What
 * is read is bound before what reads it, so that a chain of names takes one round, not one for each name.
 *
 * @param bind - whether anything was added
 * @param rounds - how many may add something
 * @throws CompileFailure where it takes too long
 */
export function settleNames(
  flow: readonly FlowNode[],
  bind: (node: BindingNode) => boolean,
  rounds: number = mostRounds,
): void {
  const nodes = dependenciesFirst(bindingNodes(flow))
  for (let round = 0; ; round += 1) {
    let isAdded = false
    for (const node of nodes) isAdded = bind(node) || isAdded
    if (!isAdded) return
    if (round === rounds) {
      throw new CompileFailure(
        'TOO_LARGE',
        'Names are bound to each other in too many circles: bind fewer.',
        0,
      )
    }
  }
}

/** Every node that binds a name. */
export function bindingNodes(nodes: readonly FlowNode[]): readonly BindingNode[] {
  return nodes.flatMap((node) => {
    const inside = bindingNodes(nodesInside(node))
    return node.kind === 'assign' || node.kind === 'capture' || node.kind === 'loop'
      ? [node, ...inside]
      : inside
  })
}

/** The name that a node binds. */
export function nameOf(node: BindingNode): string {
  return node.kind === 'loop' ? node.variable : node.name
}

function dependenciesFirst(nodes: readonly BindingNode[]): readonly BindingNode[] {
  const byName = Map.groupBy(nodes, nameOf)
  const ordered: BindingNode[] = []
  const seen = new Set<string>()
  const visit = (name: string): void => {
    if (seen.has(name)) return
    seen.add(name)
    const binding = byName.get(name) ?? []
    for (const node of binding) for (const read of namesRead(node)) visit(read)
    ordered.push(...binding)
  }
  for (const name of byName.keys()) visit(name)
  return ordered
}

function namesRead(node: BindingNode): ReadonlySet<string> {
  const names = new Set<string>()
  const statements = node.kind === 'capture' ? writersIn(node.body) : [node.statement]
  for (const filtered of statements.flatMap(({ expressions }) => expressions)) addFiltered(filtered, names)
  return names
}

/** What is written where these nodes are: not what a capture in them gathers. */
export function writersIn(nodes: readonly FlowNode[]): readonly Statement[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'output' || node.kind === 'cycle') return [node.statement]
    return node.kind === 'capture' ? [] : writersIn(nodesInside(node))
  })
}

function addFiltered({ value, filters }: Filtered, names: Set<string>): void {
  addValue(value, names)
  for (const filter of filters) {
    for (const argument of filter.arguments) addValue(argument, names)
    for (const argument of filter.named.values()) addValue(argument, names)
  }
}

function addValue(value: Value, names: Set<string>): void {
  if (value.kind === 'range') for (const bound of value.bounds) addValue(bound, names)
  if (value.kind !== 'path' && value.kind !== 'call') return
  if (value.kind === 'path') names.add(value.root)
  for (const property of value.properties)
    if (typeof property === 'object') addValue(property.computed, names)
}
