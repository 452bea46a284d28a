import type { Constraints } from '@sluice/connector-schema'
import { type Amount, type Grant, grantKey, type Rate } from './grant.ts'

/** Whether all that one grant lets happen is let happen by another. */
export function covers(held: Grant, wanted: Grant): boolean {
  if (held.code !== wanted.code || held.partOf !== wanted.partOf) return false
  const { amount } = held
  if (amount === undefined) return isSameSubject(held, wanted)
  switch (amount.kind) {
    case 'level':
      return wanted.amount?.kind === 'level' && amount.value >= wanted.amount.value
    case 'prefix':
      return wanted.amount?.kind === 'prefix' && startsWith(wanted.amount.path, amount.path)
    case 'pattern':
      return (
        wanted.amount?.kind === 'pattern' &&
        (amount.text === wanted.amount.text || amount.matches(wanted.amount.text))
      )
    default:
      return isSameSubject(held, wanted) && amountCovers(amount, wanted.amount)
  }
}

function isSameSubject(one: Grant, other: Grant): boolean {
  return grantKey(one) === grantKey(other)
}

function amountCovers(
  held: Extract<Amount, { kind: 'number' | 'rates' | 'values' }>,
  wanted: Amount | undefined,
): boolean {
  switch (held.kind) {
    case 'number':
      return wanted?.kind === 'number' && held.value >= wanted.value
    case 'rates':
      return (
        wanted?.kind === 'rates' &&
        held.limits.every((limit) => wanted.limits.some((other) => rateCovers(limit, other)))
      )
    case 'values':
      return wanted?.kind === 'values' && constraintsCover(held.constraints, wanted.constraints)
  }
}

/** In no window does the second let a call through that the first does not. */
function rateCovers(held: Rate, wanted: Rate): boolean {
  return (
    held.requests >= wanted.requests && held.requests * wanted.perSeconds >= wanted.requests * held.perSeconds
  )
}

function startsWith(path: readonly string[], prefix: readonly string[]): boolean {
  return prefix.length <= path.length && prefix.every((part, index) => part === path[index])
}

/** Whether every value that one set of constraints accepts is accepted by another. */
function constraintsCover(held: Constraints, wanted: Constraints): boolean {
  return (
    typeCovers(held.type, wanted.type) &&
    within(held.enum, wanted.enum, sameValue) &&
    (held.pattern === undefined || held.pattern === wanted.pattern) &&
    atLeast(wanted.min_length, held.min_length) &&
    atLeast(held.max_length, wanted.max_length, Number.POSITIVE_INFINITY) &&
    atLeast(wanted.minimum, held.minimum) &&
    atLeast(held.maximum, wanted.maximum, Number.POSITIVE_INFINITY) &&
    (held.multiple === true || wanted.multiple !== true) &&
    within(held.roles?.length === 0 ? undefined : held.roles, wanted.roles, (one, other) => one === other)
  )
}

function typeCovers(held: Constraints['type'] = 'string', wanted: Constraints['type'] = 'string'): boolean {
  return held === 'string' || held === wanted || (held === 'number' && wanted === 'integer')
}

/** No list is every value; a list covers what lies within it. */
function within<Item>(
  held: readonly Item[] | undefined,
  wanted: readonly Item[] | undefined,
  same: (one: Item, other: Item) => boolean,
): boolean {
  if (held === undefined) return true
  if (wanted === undefined || wanted.length === 0) return false
  return wanted.every((item) => held.some((other) => same(item, other)))
}

function sameValue(one: string | number | boolean, other: string | number | boolean): boolean {
  return String(one) === String(other)
}

function atLeast(
  one: number | undefined,
  other: number | undefined,
  without = Number.NEGATIVE_INFINITY,
): boolean {
  return (one ?? without) >= (other ?? without)
}
