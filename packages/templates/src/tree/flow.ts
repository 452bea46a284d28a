import type { Condition, Filtered, Value } from './expressions.ts'
import type { Statement } from './statement.ts'

/** A template as what it does, one after the other: what positions, taint and evaluation read. */
export type FlowNode =
  | { readonly kind: 'text'; readonly begin: number; readonly end: number }
  /** `{{ … }}` and `echo` */
  | { readonly kind: 'output'; readonly statement: Statement; readonly value: Filtered }
  | CycleNode
  | {
      readonly kind: 'assign'
      readonly statement: Statement
      readonly name: string
      readonly value: Filtered
    }
  | CaptureNode
  | BranchesNode
  | CaseNode
  | LoopNode
  | { readonly kind: 'jump'; readonly tag: 'break' | 'continue'; readonly begin: number }

/** Writes one of its values after the other, by turns. */
export interface CycleNode {
  readonly kind: 'cycle'
  readonly statement: Statement
  readonly group: Value | undefined
  readonly values: readonly Value[]
  /** The same for every cycle that takes its turns together with this one, but for the group. */
  readonly identity: string
}

/** Gathers what its body writes under a name. */
export interface CaptureNode {
  readonly kind: 'capture'
  readonly begin: number
  readonly name: string
  readonly body: readonly FlowNode[]
}

/** `if`: the first arm that holds. `unless` negates the condition of its first arm. */
export interface BranchesNode {
  readonly kind: 'branches'
  readonly begin: number
  readonly arms: readonly Arm<Condition>[]
  /** The `else`; nothing where there is none. */
  readonly otherwise: readonly FlowNode[] | undefined
}

/** `case`: every arm that has the value, not only the first. */
export interface CaseNode {
  readonly kind: 'case'
  readonly begin: number
  readonly value: Value
  readonly arms: readonly Arm<readonly Value[]>[]
  readonly otherwise: readonly FlowNode[] | undefined
}

/** One branch, and when it is taken. */
export interface Arm<When> {
  readonly begin: number
  readonly when: When
  readonly body: readonly FlowNode[]
}

/** `for`: skips `offset` items, takes `limit` of the rest, and turns them round if `reversed`. */
export interface LoopNode {
  readonly kind: 'loop'
  readonly begin: number
  readonly statement: Statement
  readonly variable: string
  readonly collection: Value
  /** `continue` goes on where the loop of the same identity before it ended. */
  readonly offset: Value | 'continue' | undefined
  readonly limit: Value | undefined
  readonly reversed: boolean
  readonly identity: string
  readonly body: readonly FlowNode[]
  readonly otherwise: readonly FlowNode[] | undefined
}

/** A node that writes a value. */
export type WriterNode = Extract<FlowNode, { kind: 'output' | 'cycle' }>

/** The nodes inside a node, whichever way they are reached; nothing where it holds none. */
export function nodesInside(node: FlowNode): readonly FlowNode[] {
  switch (node.kind) {
    case 'capture':
      return node.body
    case 'branches':
    case 'case':
      return [...node.arms.flatMap(({ body }) => body), ...(node.otherwise ?? [])]
    case 'loop':
      return [...node.body, ...(node.otherwise ?? [])]
    default:
      return []
  }
}
