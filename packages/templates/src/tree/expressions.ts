import type { FunctionName } from '../names.ts'

/** Where something stands in the source. */
export interface Span {
  readonly begin: number
  readonly end: number
}

/** A text, a number, `true` or `false`. */
export interface Literal extends Span {
  readonly kind: 'literal'
  /** Escapes are undone. */
  readonly value: string | number | boolean
  /** Of a number that JavaScript would write with other digits: as JSON writes it. */
  readonly digits?: string
}

/** A word for nothing: something to compare with, never a value. */
export interface Nothing extends Span {
  readonly kind: 'nothing'
  readonly word: NothingWord
}

/** `null` is `nil`. */
export type NothingWord = 'nil' | 'empty' | 'blank'

/** `body.items[0]` */
export interface Path extends Span {
  readonly kind: 'path'
  readonly root: string
  readonly properties: readonly Property[]
}

/** `get_secret('a')`, with what follows it. */
export interface Call extends Span {
  readonly kind: 'call'
  readonly name: FunctionName
  readonly argument: string | number
  readonly properties: readonly Property[]
}

/** `(1..5)` */
export interface Range extends Span {
  readonly kind: 'range'
  readonly bounds: readonly [Value, Value]
}

/** A property by its name, by its index, or by a value that is only known when rendering. */
export type Property = string | number | { readonly computed: Value }

/** Anything that can stand where a value is wanted. */
export type Value = Literal | Nothing | Path | Call | Range

/** `| name: argument, …` */
export interface Filter extends Span {
  readonly name: string
  readonly arguments: readonly Value[]
  /** Of `name: value` arguments. */
  readonly named: ReadonlyMap<string, Value>
}

/** A value and the filters after it. */
export interface Filtered {
  readonly value: Value
  readonly filters: readonly Filter[]
}

/** What `if` asks. Every operand is read, whatever the others are. */
export type Condition =
  | { readonly kind: 'truth'; readonly value: Value }
  | {
      readonly kind: 'compare'
      readonly operator: CompareOperator
      readonly left: Value
      readonly right: Value
    }
  | { readonly kind: 'not'; readonly operand: Condition }
  | { readonly kind: 'all' | 'any'; readonly operands: readonly Condition[] }

/** How two values are compared. */
export const compareOperators = ['==', '!=', '>=', '<=', '>', '<', 'contains'] as const

/** One of them. */
export type CompareOperator = (typeof compareOperators)[number]

/** Every value that occurs in a condition, in the order of the text. */
export function valuesIn(condition: Condition): readonly Value[] {
  switch (condition.kind) {
    case 'truth':
      return [condition.value]
    case 'compare':
      return [condition.left, condition.right]
    case 'not':
      return valuesIn(condition.operand)
    default:
      return condition.operands.flatMap(valuesIn)
  }
}

/** One name for all calls that mean the same value. No author can write it. */
export function callKey({ name, argument }: Call): string {
  return `${name}(${argument})`
}
