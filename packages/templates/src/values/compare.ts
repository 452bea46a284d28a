import type { CompareOperator } from '../tree/expressions.ts'
import { ExactNumber, isNumeric, isSameNumber } from './exact-number.ts'
import { Nothing } from './nothing.ts'

/** What a render may still do. */
export interface Work {
  /** @throws when it is more than the render may do */
  charge(units: number): void
}

/** Liquid's: all but `false` and nothing. */
export function isTruthy(value: unknown): boolean {
  if (value instanceof Nothing) return value.word !== 'nil'
  return value !== false && value !== undefined && value !== null
}

/** As `==` says: lists item by item, numbers by what they are, objects only with themselves. */
export function isEqual(one: unknown, other: unknown, work: Work): boolean {
  if (typeof one !== 'object' && typeof other !== 'object') return one === other
  if (one instanceof Nothing) return one.equals(other)
  if (other instanceof Nothing) return other.equals(one)
  if (one === other) return true
  if (isNumeric(one)) return isNumeric(other) && isSameNumber(one, other)
  if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false
  work.charge(one.length)
  return one.every((part, index) => isEqual(part, other[index], work))
}

/** Compares two values; charged for what can be long. */
export type Compare = (left: unknown, right: unknown, work: Work) => boolean

/** What an operator does. */
export function comparing(operator: CompareOperator): Compare {
  switch (operator) {
    case '==':
      return isEqual
    case '!=':
      return (left, right, work) => !isEqual(left, right, work)
    case 'contains':
      return contains
    default:
      return (left, right) => isOrdered(operator, ordinal(left), ordinal(right))
  }
}

function isOrdered(operator: CompareOperator, left: string | number, right: string | number): boolean {
  switch (operator) {
    case '<':
      return left < right
    case '<=':
      return left <= right
    case '>':
      return left > right
    default:
      return left >= right
  }
}

/** What a value is ordered by. Lists, objects and the words for nothing have no order. */
export function ordinal(value: unknown): string | number {
  if (typeof value === 'string' || typeof value === 'number') return value
  if (value instanceof ExactNumber) return value.valueOf()
  return value === null || typeof value === 'boolean' ? Number(value) : Number.NaN
}

/** One text in another, or one item in a list. */
function contains(holder: unknown, wanted: unknown, work: Work): boolean {
  const list = holder instanceof Nothing ? holder.asValue() : holder
  if (Array.isArray(list)) {
    work.charge(list.length)
    return list.some((item) => isEqual(item, wanted, work))
  }
  const part = wanted instanceof Nothing ? wanted.asValue() : wanted
  if (typeof list !== 'string' || part === null || part === undefined) return false
  if (typeof part === 'object' && !(part instanceof ExactNumber)) return false
  work.charge(Math.ceil(list.length / charactersPerUnit))
  return list.includes(String(part))
}

/** A text costs by its length: characters a unit. */
export const charactersPerUnit = 32
