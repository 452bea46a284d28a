import type { Binding } from './scope.ts'

/** Where a name's value stands in a frame. */
export type Spot =
  | { readonly kind: 'root'; readonly slot: number; readonly binding: Binding }
  | { readonly kind: 'local'; readonly slot: number }
  | { readonly kind: 'loop'; readonly loop: LoopSlots }

/** What a loop keeps in a frame. */
export interface LoopSlots {
  readonly variable: string
  readonly item: number
  readonly index: number
  readonly length: number
}

/**
 * Names as LiquidJS resolves them, but once: loops from the inside out, then what is assigned, then the scope. No
 * name can be both assigned and in the scope, for the scope's are reserved.
 */
export class Names {
  private readonly roots: ReadonlyMap<string, { readonly slot: number; readonly binding: Binding }>
  private readonly assigned = new Map<string, number>()
  private readonly loops: LoopSlots[] = []
  private slots: number

  constructor(bindings: readonly Binding[]) {
    this.roots = new Map(bindings.map((binding, slot) => [binding.key, { slot, binding }]))
    this.slots = bindings.length
  }

  resolve(name: string): Spot {
    const loop = this.loops.findLast(({ variable }) => variable === name || name === 'forloop')
    if (loop !== undefined) return { kind: 'loop', loop }
    const root = this.roots.get(name)
    if (root !== undefined) return { kind: 'root', ...root }
    return { kind: 'local', slot: this.assign(name) }
  }

  /** The slot of a name that `assign` or `capture` binds, before or after it is read. */
  assign(name: string): number {
    const known = this.assigned.get(name) ?? this.slots++
    this.assigned.set(name, known)
    return known
  }

  inLoop<Result>(variable: string, compile: (loop: LoopSlots) => Result): Result {
    const loop = { variable, item: this.slots++, index: this.slots++, length: this.slots++ }
    this.loops.push(loop)
    try {
      return compile(loop)
    } finally {
      this.loops.pop()
    }
  }
}
