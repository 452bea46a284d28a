import type { BlockName } from '../dialects/liquid/blocks.ts'
import type { Statement } from './statement.ts'

/** A template as what it does, one after the other: the shape that positions and taint are computed over. */
export type FlowNode =
  | { readonly kind: 'text'; readonly begin: number; readonly end: number }
  /** Writes a value: an output, `echo` or `cycle`. */
  | { readonly kind: 'output'; readonly statement: Statement }
  | { readonly kind: 'assign'; readonly statement: Statement }
  | {
      readonly kind: 'capture'
      readonly begin: number
      readonly name: string
      readonly body: readonly FlowNode[]
    }
  | {
      readonly kind: 'branches'
      readonly tag: 'if' | 'unless' | 'case'
      readonly begin: number
      readonly arms: readonly (readonly FlowNode[])[]
      /** The `else`; nothing where there is none. */
      readonly otherwise: readonly FlowNode[] | undefined
    }
  | {
      readonly kind: 'loop'
      readonly begin: number
      readonly statement: Statement | undefined
      readonly body: readonly FlowNode[]
      readonly otherwise: readonly FlowNode[] | undefined
    }
  | { readonly kind: 'jump'; readonly tag: 'break' | 'continue'; readonly begin: number }

interface OpenNode {
  readonly tag: BlockName
  readonly begin: number
  readonly statement: Statement | undefined
  readonly name: string
  readonly arms: FlowNode[][]
  otherwise: FlowNode[] | undefined
}

/** The nodes inside a node, whichever way they are reached; nothing where it holds none. */
export function nodesInside(node: FlowNode): readonly FlowNode[] {
  switch (node.kind) {
    case 'capture':
      return node.body
    case 'branches':
      return [...node.arms.flat(), ...(node.otherwise ?? [])]
    case 'loop':
      return [...node.body, ...(node.otherwise ?? [])]
    default:
      return []
  }
}

/** Builds the tree while the tags are read; follows whatever `Blocks` has let through. */
export class FlowBuilder {
  readonly root: FlowNode[] = []
  private readonly open: OpenNode[] = []

  add(node: FlowNode): void {
    this.current().push(node)
  }

  /** Opens a block. `case` has no arm before its first `when`. */
  push(
    tag: BlockName,
    begin: number,
    { statement, name = '' }: { statement?: Statement | undefined; name?: string | undefined },
  ): void {
    this.open.push({ tag, begin, statement, name, arms: tag === 'case' ? [] : [[]], otherwise: undefined })
  }

  branch(tag: string): void {
    const node = this.open.at(-1)
    if (node === undefined) return
    if (tag === 'else') node.otherwise = []
    else node.arms.push([])
  }

  pop(): void {
    const node = this.open.pop()
    if (node !== undefined) this.add(closed(node))
  }

  private current(): FlowNode[] {
    const node = this.open.at(-1)
    return node === undefined ? this.root : (node.otherwise ?? node.arms.at(-1) ?? [])
  }
}

function closed({ tag, begin, statement, name, arms, otherwise }: OpenNode): FlowNode {
  const body = arms[0] ?? []
  switch (tag) {
    case 'capture':
      return { kind: 'capture', begin, name, body }
    case 'for':
      return { kind: 'loop', begin, statement, body, otherwise }
    default:
      return { kind: 'branches', tag, begin, arms, otherwise }
  }
}
