import { type Origin, rootFacts } from '../names.ts'
import type { Filtered, Value } from '../tree/expressions.ts'
import type { FlowNode } from '../tree/flow.ts'
import type { Statement } from '../tree/statement.ts'
import { type BindingNode, settleNames, writersIn } from './settle-names.ts'

/**
 * Where the values that a template writes can come from. Conservative: a name counts for all that is ever bound to
 * it, whatever the order and whichever branch.
 */
export class Taint {
  private readonly names = new Map<string, ReadonlySet<Origin>>()

  constructor(flow: readonly FlowNode[]) {
    settleNames(flow, (node) => this.bind(node))
  }

  /** Of everything that one statement writes. */
  ofStatement({ expressions }: Statement): ReadonlySet<Origin> {
    return union(expressions.map((expression) => this.ofExpression(expression)))
  }

  private ofExpression({ value, filters }: Filtered): ReadonlySet<Origin> {
    const operands = filters.flatMap((filter) => [...filter.arguments, ...filter.named.values()])
    return union([value, ...operands].map((operand) => this.ofValue(operand)))
  }

  private ofValue(value: Value): ReadonlySet<Origin> {
    switch (value.kind) {
      case 'literal':
      case 'nothing':
        return new Set()
      case 'range':
        return union(value.bounds.map((bound) => this.ofValue(bound)))
      case 'call':
        return new Set(value.name === 'user.profile_fields.by_id' ? ['session'] : [])
      case 'path': {
        const origin = rootFacts(value.root)?.origin
        return origin === undefined ? (this.names.get(value.root) ?? new Set()) : new Set([origin])
      }
    }
  }

  private bind(node: BindingNode): boolean {
    switch (node.kind) {
      case 'assign':
        return this.bindName(node.name, this.ofStatement(node.statement))
      case 'capture':
        return this.bindName(
          node.name,
          union(writersIn(node.body).map((statement) => this.ofStatement(statement))),
        )
      case 'loop':
        return this.bindName(node.variable, this.ofStatement(node.statement))
    }
  }

  private bindName(name: string, found: ReadonlySet<Origin>): boolean {
    const known = this.names.get(name) ?? new Set()
    const joined = union([known, found])
    this.names.set(name, joined)
    return joined.size > known.size
  }
}

function union(sets: readonly ReadonlySet<Origin>[]): ReadonlySet<Origin> {
  return new Set(sets.flatMap((set) => [...set]))
}
