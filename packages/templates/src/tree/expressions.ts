import type { FunctionName } from '../names.ts'

interface Spot {
  readonly begin: number
  readonly end: number
}

/** A text, a number, `true` or `false`, or one of the words for nothing. */
export interface Literal extends Spot {
  readonly kind: 'literal'
  /** `undefined` for `nil`, `null`, `empty` and `blank`. */
  readonly value: string | number | boolean | undefined
}

/** `body.items[0]` */
export interface Path extends Spot {
  readonly kind: 'path'
  readonly root: string
  readonly properties: readonly Property[]
}

/** `get_secret('a')`, with what follows it. `end` is where the call itself ends. */
export interface Call extends Spot {
  readonly kind: 'call'
  readonly name: FunctionName
  readonly argument: string | number
  readonly properties: readonly Property[]
}

/** `(1..5)` */
export interface Range extends Spot {
  readonly kind: 'range'
  readonly bounds: readonly [Value, Value]
}

/** A property by its name, or by a value that is only known when rendering. */
export type Property = string | { readonly computed: Value }

/** Anything that Liquid accepts as a value. */
export type Value = Literal | Path | Call | Range

/** `| name: argument, …` */
export interface Filter extends Spot {
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
