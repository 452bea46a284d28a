import type { FilterRun } from '../filters/filter-run.ts'
import {
  type Call,
  callKey,
  type Filter,
  type Filtered,
  type Literal,
  type Path,
  type Property,
  type Value,
} from '../tree/expressions.ts'
import type { TemplateValues } from '../types.ts'
import { ExactNumber } from '../values/exact-number.ts'
import { Nothing } from '../values/nothing.ts'
import { readComputed, readProperty } from '../values/properties.ts'
import type { Frame } from './frame.ts'
import { readResponse, readRoot, readUser } from './scope.ts'
import type { LoopSlots, Slots } from './slots.ts'

/** Gives a value; what a piece of a template is compiled to. */
export type Evaluate = (frame: Frame) => unknown

type Step = (value: unknown, frame: Frame) => unknown

/** A filter that an output uses in place of the one of this name. */
export interface Replaced {
  readonly name: string
  readonly run: FilterRun
}

/** A value with its filters. */
export function compileFiltered(
  { value, filters }: Filtered,
  slots: Slots,
  replaced?: Replaced | undefined,
): Evaluate {
  const initial = compileValue(value, slots)
  const steps = filters.map((filter) => compileFilter(filter, slots, runOf(filter, replaced)))
  const [first, second] = steps
  if (first === undefined) return initial
  if (second === undefined) return (frame) => first(initial(frame), frame)
  // No closure around a closure: a chain can be long, and the stack is short.
  return (frame) => {
    let result = initial(frame)
    for (const step of steps) result = step(result, frame)
    return result
  }
}

/** A filter in a frame: its run, whether it is the table's or an output's own. */
export type RunInFrame = (value: unknown, args: readonly unknown[], frame: Frame) => unknown

/** What a filter does. The table's come with the values, so that compiling a template loads none of them. */
export function runOf({ name }: Filter, replaced: Replaced | undefined): RunInFrame {
  if (name === replaced?.name) return replaced.run
  return (value, args, frame) => frame.filterNamed(name)(value, args, frame)
}

/** The arguments of a filter, the named ones last and as pairs. */
export function compileArguments(filter: Filter, slots: Slots): readonly Evaluate[] {
  const positional = filter.arguments.map((argument) => compileValue(argument, slots))
  const named = [...filter.named].map(([name, value]): Evaluate => {
    const evaluate = compileValue(value, slots)
    return (frame) => [name, evaluate(frame)]
  })
  return [...positional, ...named]
}

function compileFilter(filter: Filter, slots: Slots, run: RunInFrame): Step {
  const all = compileArguments(filter, slots)
  const [only, ...others] = all
  if (only === undefined) return (value, frame) => run(value, [], frame)
  if (others.length === 0) return (value, frame) => run(value, [only(frame)], frame)
  return (value, frame) =>
    run(
      value,
      all.map((evaluate) => evaluate(frame)),
      frame,
    )
}

/** One value without filters. */
export function compileValue(value: Value, slots: Slots): Evaluate {
  switch (value.kind) {
    case 'literal':
      return constant(literalValue(value))
    case 'nothing':
      return constant(new Nothing(value.word))
    case 'call':
      return compileCall(value, slots)
    case 'path':
      return compilePath(value, slots)
    case 'range':
      throw new Error('a range stands only in a loop')
  }
}

function constant(value: unknown): Evaluate {
  return () => value
}

function literalValue({ value, digits }: Literal): unknown {
  return digits === undefined ? value : new ExactNumber(digits)
}

function compileCall(call: Call, slots: Slots): Evaluate {
  const spot = slots.resolve(callKey(call))
  if (spot.kind !== 'root') throw new Error('a call without a binding was compiled')
  const { slot, source } = spot
  const read = readOnce(slot, call.begin, (values) => readRoot(source, values))
  return compileProperties(read, call.properties, slots)
}

function compilePath(path: Path, slots: Slots): Evaluate {
  const text = slots.pathTexts.get(path)
  if (text !== undefined) return ({ values }) => readRoot({ from: 'path_text', name: text }, values)
  const { root, properties, begin } = path
  const spot = slots.resolve(root)
  if (spot.kind === 'local') return compileProperties(slotReader(spot.slot), properties, slots)
  if (spot.kind === 'loop') {
    if (root === 'forloop') return compileForloop(spot.loop, properties)
    return compileProperties(slotReader(spot.loop.item), properties, slots)
  }
  const [first, ...rest] = properties
  const { slot, source } = spot
  if (source.from === 'user' && typeof first === 'string') {
    return compileProperties(({ values }) => readUser(values, first), rest, slots)
  }
  if (source.from === 'response' && typeof first === 'string') {
    const own = slots.shared(`response.${first}`)
    const read = readOnce(own, begin, (values) => readResponse(values, first))
    return compileProperties(read, rest, slots)
  }
  const read = readOnce(slot, begin, (values) => readRoot(source, values))
  return compileProperties(read, properties, slots)
}

function slotReader(slot: number): Evaluate {
  return ({ slots }) => slots[slot]
}

/** Read when it is first asked for, and once: a payload is parsed only where it is used. */
function readOnce(slot: number, begin: number, read: (values: TemplateValues) => unknown): Evaluate {
  return (frame) => {
    const { slots, values, at } = frame
    const known = slots[slot]
    if (known !== undefined || slot in slots) return known
    frame.at = begin
    const value = read(values)
    frame.at = at
    slots[slot] = value
    return value
  }
}

function compileProperties(root: Evaluate, properties: readonly Property[], slots: Slots): Evaluate {
  const steps = properties.map((property): Step => {
    if (typeof property !== 'object') return (holder) => readProperty(holder, property)
    const key = compileValue(property.computed, slots)
    return (holder, frame) => readComputed(holder, key(frame))
  })
  const [first, second] = steps
  if (first === undefined) return root
  if (second === undefined) return (frame) => first(root(frame), frame)
  return (frame) => {
    let value = root(frame)
    for (const step of steps) value = step(value, frame)
    return value
  }
}

function compileForloop({ index, length }: LoopSlots, [key]: readonly Property[]): Evaluate {
  const at = ({ slots }: Frame): number => Number(slots[index])
  const size = ({ slots }: Frame): number => Number(slots[length])
  switch (key) {
    case 'index':
      return (frame) => at(frame) + 1
    case 'index0':
      return at
    case 'rindex':
      return (frame) => size(frame) - at(frame)
    case 'rindex0':
      return (frame) => size(frame) - at(frame) - 1
    case 'first':
      return (frame) => at(frame) === 0
    case 'last':
      return (frame) => at(frame) === size(frame) - 1
    case 'length':
      return size
    default:
      throw new Error('an unknown property of forloop was compiled')
  }
}
