import { Context, defaultOperators, type Expression, type Token, toValueSync, type Value } from 'liquidjs'
import { engine } from './engine.ts'
import { type EngineFilter, EscapeFilter } from './fit-outputs.ts'
import type { Frame } from './frame.ts'
import type { LoopSlots, Names } from './names.ts'
import { readRoot, readUser, type Source } from './scope.ts'

/** Gives a value; what a piece of a template is compiled to. */
export type Evaluate = (frame: Frame) => unknown

/** What these closures do not do: LiquidJS itself renders a template that holds it. */
export class Unsupported extends Error {}

/** The parts of LiquidJS's tokens that values are made of. */
interface ValueToken {
  readonly content?: unknown
  readonly variable?: unknown
  readonly props?: readonly ValueToken[]
  readonly operator?: string
}

const properties = new Context({}, engine.options, { sync: true })

/** A value with its filters. */
export function compileValue({ initial, filters }: Value, names: Names): Evaluate {
  let evaluate = compileExpression(initial, names)
  for (const filter of filters as unknown as readonly EngineFilter[]) {
    evaluate = compileFilter(filter, evaluate, names)
  }
  return evaluate
}

/** Whether a value has filters that LiquidJS brings: only those can take long. */
export function hasRealFilters({ filters }: Value): boolean {
  return filters.some((filter) => !(filter instanceof EscapeFilter))
}

function compileFilter(filter: EngineFilter, input: Evaluate, names: Names): Evaluate {
  if (filter instanceof EscapeFilter) {
    const { makeSafe } = filter
    return (frame) => makeSafe(input(frame), frame)
  }
  const { handler, args = [], token, liquid } = filter
  const evaluates = args.map((argument): Evaluate => {
    if (!Array.isArray(argument)) return compileToken(argument as ValueToken, names)
    const [name, value] = argument as [string, ValueToken | undefined]
    if (value === undefined) throw new Unsupported()
    const evaluate = compileToken(value, names)
    return (frame) => [name, evaluate(frame)]
  })
  return (frame) => {
    const values = evaluates.map((evaluate) => evaluate(frame))
    const self = { context: frame.context(), token, liquid }
    return toValueSync(handler.call(self, input(frame), ...values) as never)
  }
}

/** A value, or operators with the precedence that LiquidJS gave them. */
export function compileExpression(expression: Expression, names: Names): Evaluate {
  const { postfix } = expression as unknown as { readonly postfix: readonly ValueToken[] }
  const stack: Evaluate[] = []
  for (const token of postfix) {
    if (token.operator === undefined) stack.push(compileToken(token, names))
    else if (token.operator === 'not') stack.push(not(pop(stack)))
    else {
      const right = pop(stack)
      stack.push(operate(token.operator, pop(stack), right))
    }
  }
  const result = pop(stack)
  if (stack.length > 0) throw new Unsupported()
  return result
}

function pop(stack: Evaluate[]): Evaluate {
  const top = stack.pop()
  if (top === undefined) throw new Unsupported()
  return top
}

function not(operand: Evaluate): Evaluate {
  return (frame) => !isTruthy(operand(frame))
}

function operate(operator: string, left: Evaluate, right: Evaluate): Evaluate {
  switch (operator) {
    // Both sides are looked at, as LiquidJS does: what cannot be read fails whatever the other side is.
    case 'and':
      return (frame) => [left(frame), right(frame)].every(isTruthy)
    case 'or':
      return (frame) => [left(frame), right(frame)].some(isTruthy)
    case '==':
      return (frame) => isEqual(left(frame), right(frame))
    case '!=':
      return (frame) => !isEqual(left(frame), right(frame))
    default: {
      const run = Object.hasOwn(defaultOperators, operator) ? defaultOperators[operator] : undefined
      if (run === undefined) throw new Unsupported()
      const apply = run as (left: unknown, right: unknown, context: Context) => never
      return (frame) => toValueSync(apply(left(frame), right(frame), properties))
    }
  }
}

/** Liquid's: all but `false` and nothing. */
export function isTruthy(value: unknown): boolean {
  return value !== false && value !== undefined && value !== null
}

/** As `==` says. */
export function isEqual(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' && typeof other !== 'object') return one === other
  const equals = defaultOperators['=='] as (one: unknown, other: unknown, context: Context) => never
  return Boolean(toValueSync(equals(one, other, properties)))
}

/** One literal, or a name with its properties. */
export function compileToken(token: Token | ValueToken, names: Names): Evaluate {
  const { content, variable, props } = token as ValueToken
  if (content !== undefined || 'content' in token) return () => content
  if (props === undefined || variable !== undefined) throw new Unsupported()
  const [first, ...others] = props
  if (typeof first?.content !== 'string') throw new Unsupported()
  const spot = names.resolve(first.content)
  if (spot.kind === 'loop') {
    if (first.content === 'forloop') return compileForloop(spot.loop, others)
    const { item } = spot.loop
    return compileProperties((frame) => frame.slots[item], others, names)
  }
  if (spot.kind === 'local') {
    const { slot } = spot
    return compileProperties((frame) => frame.slots[slot], others, names)
  }
  const { slot, binding } = spot
  const [second, ...rest] = others
  if (binding.source.from === 'user' && typeof second?.content === 'string') {
    const key = second.content
    return compileProperties(({ values }) => readUser(values, key), rest, names)
  }
  return compileProperties(compileRoot(token as Token, slot, binding.source), others, names)
}

/** Read when it is first asked for, and once: a payload is parsed only where it is used. */
function compileRoot(token: Token, slot: number, source: Source): Evaluate {
  if (source.from === 'tenant_id') return ({ values }) => values.session.tenant_id
  if (source.from === 'pathParams') return ({ values }) => values.pathParams
  return (frame) => {
    const { slots, values, at } = frame
    if (slots[slot] === undefined) {
      frame.at = token
      slots[slot] = readRoot(source, values)
      frame.at = at
    }
    return slots[slot]
  }
}

function compileProperties(root: Evaluate, keys: readonly ValueToken[], names: Names): Evaluate {
  let evaluate = root
  for (const key of keys) {
    const holder = evaluate
    if ('content' in key && (typeof key.content === 'string' || typeof key.content === 'number')) {
      const { content } = key
      evaluate = (frame) => readProperty(holder(frame), content)
    } else {
      const computed = compileToken(key, names)
      evaluate = (frame) => properties.readProperty(holder(frame) as never, computed(frame) as never)
    }
  }
  return evaluate
}

/** As LiquidJS does; what is plainly there needs none of its questions. */
function readProperty(holder: unknown, key: string | number): unknown {
  if (typeof holder === 'object' && holder !== null && !Array.isArray(holder) && Object.hasOwn(holder, key)) {
    const value = (holder as Readonly<Record<string, unknown>>)[key]
    if (typeof value !== 'function') return value
  }
  return properties.readProperty(holder as never, key as never)
}

function compileForloop({ index, length }: LoopSlots, [key, ...more]: readonly ValueToken[]): Evaluate {
  if (more.length > 0) throw new Unsupported()
  const at = ({ slots }: Frame): number => Number(slots[index])
  const size = ({ slots }: Frame): number => Number(slots[length])
  switch (key?.content) {
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
      throw new Unsupported()
  }
}
