import { notExact, prepare } from '../filters/inputs.ts'
import type { Range, Value } from '../tree/expressions.ts'
import type { LoopNode } from '../tree/flow.ts'
import { isRecord, itemsOf } from '../values/lists.ts'
import { compileValue, type Evaluate } from './expressions.ts'
import type { Frame } from './frame.ts'
import { RenderFailure } from './render-error.ts'
import type { Slots } from './slots.ts'
import { required } from './strict.ts'

/** What a loop goes through. A range is counted, never made: it can be longer than memory. */
interface Items {
  readonly length: number
  at(index: number): unknown
}

/** The part that a loop really goes through. */
export interface Turns {
  /** Whether there were items before any were skipped: a loop without has its `else` rendered. */
  readonly hasItems: boolean
  readonly count: number
  item(turn: number): unknown
}

/**
 * What a loop goes through, each time that it is reached.
 *
 * @param what - how the collection is written, where it must not be missing
 */
export function compileTurns(
  node: LoopNode,
  slots: Slots,
  what: string | undefined,
): (frame: Frame) => Turns {
  const items = compileItems(node.collection, slots, what)
  const end = slots.shared(`end ${node.identity}`)
  const offset =
    node.offset === 'continue' ? ({ slots: all }: Frame) => all[end] : modifier(node.offset, slots)
  const limit = modifier(node.limit, slots)
  const isCut = node.offset !== undefined || node.limit !== undefined
  return (frame) => {
    const all = items(frame)
    const { length } = all
    if (length === 0) return none
    const from = isCut ? sliceIndex(offset?.(frame), length, 0) : 0
    const count = isCut ? sliceIndex(limit?.(frame), length - from, length - from) : length
    frame.slots[end] = from + count
    if (all instanceof RangeItems) frame.use(count)
    const last = from + count - 1
    const item = node.reversed ? (turn: number) => all.at(last - turn) : (turn: number) => all.at(from + turn)
    return { hasItems: true, count, item }
  }
}

const none: Turns = { hasItems: false, count: 0, item: () => undefined }

function modifier(value: Value | 'continue' | undefined, slots: Slots): Evaluate | undefined {
  return typeof value === 'object' ? compileValue(value, slots) : undefined
}

function compileItems(collection: Value, slots: Slots, what: string | undefined): (frame: Frame) => Items {
  const compile = (value: Value): Evaluate => {
    const evaluate = compileValue(value, slots)
    return what === undefined ? evaluate : required(evaluate, what)
  }
  if (collection.kind === 'range') return compileRange(collection, compile)
  const evaluate = compile(collection)
  return (frame) => {
    const items = itemsOf(evaluate(frame))
    return { length: items.length, at: (index) => items[index] }
  }
}

function compileRange(
  { bounds: [first, last] }: Range,
  compile: (value: Value) => Evaluate,
): (frame: Frame) => Items {
  const low = compile(first)
  const high = compile(last)
  return (frame) => new RangeItems(toBound(low(frame)), toBound(high(frame)))
}

class RangeItems implements Items {
  readonly length: number
  private readonly low: number

  /** Empty where a bound is no number. */
  constructor(low: number, high: number) {
    this.low = low
    this.length = Math.max(Math.ceil(high + 1 - low), 0) || 0
    if (this.length === 0 || Math.max(Math.abs(low), Math.abs(high)) <= Number.MAX_SAFE_INTEGER) return
    throw new RenderFailure('filter', notExact)
  }

  at(index: number): number {
    return this.low + index
  }
}

function toBound(value: unknown): number {
  if (Array.isArray(value) || isRecord(value)) return Number.NaN
  return Number(prepare('number', value))
}

function toNumber(value: unknown): number {
  return Array.isArray(value) || isRecord(value) ? Number.NaN : Number(value)
}

/** As `Array.prototype.slice` reads it: whole, from the end where it is negative. */
function sliceIndex(value: unknown, length: number, otherwise: number): number {
  if (value === undefined) return otherwise
  const index = Math.trunc(toNumber(value)) || 0
  return index < 0 ? Math.max(length + index, 0) : Math.min(index, length)
}
