import type { Condition, Value } from './expressions.ts'
import type { Arm, CaptureNode, FlowNode, LoopNode } from './flow.ts'

/** A loop while there is more to come. */
export type OpenLoop = Omit<LoopNode, 'body' | 'otherwise'> & {
  readonly body: FlowNode[]
  otherwise: FlowNode[] | undefined
}

type OpenNode =
  | (Omit<CaptureNode, 'body'> & { readonly body: FlowNode[] })
  | OpenLoop
  | {
      readonly kind: 'branches'
      readonly begin: number
      readonly arms: Arm<Condition>[]
      otherwise: FlowNode[] | undefined
    }
  | {
      readonly kind: 'case'
      readonly begin: number
      readonly value: Value
      readonly arms: Arm<readonly Value[]>[]
      otherwise: FlowNode[] | undefined
    }

interface OpenBlock {
  /** Nothing where the block's own tag could not be read. */
  readonly node: OpenNode | undefined
  /** Where the next node goes. */
  target: FlowNode[]
}

/** Builds the tree while tags are read; the dialect has checked their order. */
export class FlowBuilder {
  readonly root: FlowNode[] = []
  private readonly open: OpenBlock[] = []

  add(node: FlowNode): void {
    const target = this.open.at(-1)?.target ?? this.root
    target.push(node)
  }

  /** Opens a block; `if` and `case` have no arm before their first. */
  push(node: OpenNode | undefined): void {
    if (node !== undefined) this.add(node)
    this.open.push({ node, target: node !== undefined && 'body' in node ? node.body : [] })
  }

  /** The next arm of the innermost `if`. */
  whenHolds(begin: number, when: Condition): void {
    const block = this.open.at(-1)
    if (block?.node?.kind !== 'branches') return
    block.target = []
    block.node.arms.push({ begin, when, body: block.target })
  }

  /** The next arm of the innermost `case`. */
  whenEqual(begin: number, when: readonly Value[]): void {
    const block = this.open.at(-1)
    if (block?.node?.kind !== 'case') return
    block.target = []
    block.node.arms.push({ begin, when, body: block.target })
  }

  /** The `else` of the innermost block. */
  otherwise(): void {
    const block = this.open.at(-1)
    if (block === undefined) return
    block.target = []
    if (block.node !== undefined && block.node.kind !== 'capture') block.node.otherwise = block.target
  }

  pop(): void {
    this.open.pop()
  }
}
