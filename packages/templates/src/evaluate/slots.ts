import type { Value } from '../tree/expressions.ts'
import type { Binding, Source } from './scope.ts'

/** Where a name's value is kept in a frame. */
export type Spot =
  | { readonly kind: 'root'; readonly slot: number; readonly source: Source }
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
 * Gives each name of a template its place in a frame, once: loops from the inside out, then the platform's names, then
 * what is assigned. No name can be both assigned and the platform's, for those are reserved.
 */
export class Slots {
  /** Outputs of a path parameter whose slashes stay. */
  readonly pathTexts: ReadonlyMap<Value, string>
  private readonly roots: ReadonlyMap<string, { readonly slot: number; readonly source: Source }>
  private readonly assigned = new Map<string, number>()
  private readonly loops: LoopSlots[] = []
  private count: number

  constructor(bindings: readonly Binding[], pathTexts: ReadonlyMap<Value, string>) {
    this.roots = new Map(bindings.map(({ key, source }, slot) => [key, { slot, source }]))
    this.pathTexts = pathTexts
    this.count = bindings.length
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
    const known = this.assigned.get(name) ?? this.next()
    this.assigned.set(name, known)
    return known
  }

  /** A slot of the engine's own; two that ask for one identity share it. No author can write a name with a blank. */
  shared(identity: string): number {
    return this.assign(`engine ${identity}`)
  }

  inLoop<Result>(variable: string, compile: (loop: LoopSlots) => Result): Result {
    const loop = { variable, item: this.next(), index: this.next(), length: this.next() }
    this.loops.push(loop)
    try {
      return compile(loop)
    } finally {
      this.loops.pop()
    }
  }

  private next(): number {
    this.count += 1
    return this.count - 1
  }
}
