import { type Meter, toText } from '../positions/escaping/escape.ts'
import { isEqual, isTruthy, ordinal, type Work } from '../values/compare.ts'
import { canonicalNumber, ExactNumber, exactDouble } from '../values/exact-number.ts'
import { isMissing, itemsOf, listOf } from '../values/lists.ts'
import { readProperty } from '../values/properties.ts'
import type { FilterRun } from './filter-run.ts'
import { sum } from './number-filters.ts'

/** What is read of each item. */
type Read = (item: unknown) => unknown

type ListFilter = (list: readonly unknown[], args: readonly unknown[], budget: Meter & Work) => unknown

const filters: Readonly<Record<string, ListFilter>> = {
  where: (list, args, budget) => list.filter(matching(args, budget)),
  reject: (list, args, budget) => {
    const matches = matching(args, budget)
    return list.filter((item) => !matches(item))
  },
  find: (list, args, budget) => list.find(matching(args, budget)),
  find_index: (list, args, budget) => {
    const index = list.findIndex(matching(args, budget))
    return index === -1 ? undefined : index
  },
  has: (list, args, budget) => list.some(matching(args, budget)),
  map: (list, [property], budget) => list.map(reader(property, budget)),
  sum: (list, [property], budget) => sum(list.map(reader(property, budget))),
  sort: (list, [property], budget) => sortBy(list, reader(property, budget)),
  sort_natural: (list, [property], budget) => {
    const read = reader(property, budget)
    return sortBy(list, (item) => foldCase(read(item), budget))
  },
  uniq: (list, [property], budget) => {
    const groups = groupBy(list, reader(property, budget))
    return groups.map(({ items: [first] }) => first)
  },
  compact: (list, [property], budget) => {
    const read = reader(property, budget)
    return list.filter((item) => !isMissing(read(item)))
  },
}

/** The filters of lists that LiquidJS could only run with its parser, and a scope for each item. */
export const listFilters: Readonly<Record<string, FilterRun>> = {
  ...Object.fromEntries(
    Object.entries(filters).map(([name, filter]): [string, FilterRun] => [
      name,
      (value, args, budget) => filter(charged(listOf(value), budget), args, budget),
    ]),
  ),
  group_by: (value, [property], budget) => {
    const read = reader(property, budget)
    const name: Read = (item) => (isMissing(item) ? undefined : read(item))
    return groupBy(charged(itemsOf(value), budget), name)
  },
}

function charged(list: readonly unknown[], budget: Meter): readonly unknown[] {
  budget.use(list.length)
  return list
}

/** Reads a property by its path, `a.b`; the item itself where there is none. */
function reader(property: unknown, budget: Meter): Read {
  const path = toText(property, budget)
  if (path === '') return (item) => item
  const names = path.split('.')
  const [only = '', ...others] = names
  if (others.length === 0) return (item) => readProperty(item, only)
  return (item) => names.reduce(readProperty, item)
}

/**
 * Whether an item has the value; where none is given, whether it has any but `false`. A missing value equals no other:
 * a list that was to be cut to one's own would otherwise hold what has no owner.
 */
function matching(
  [property, ...expected]: readonly unknown[],
  budget: Meter & Work,
): (item: unknown) => boolean {
  const read = reader(property, budget)
  if (expected.length === 0) return (item) => isTruthy(read(item))
  const [wanted] = expected
  if (isMissing(wanted)) return () => false
  return (item) => isEqual(read(item), wanted, budget)
}

interface Group {
  readonly name: unknown
  readonly items: unknown[]
}

function groupBy(items: readonly unknown[], read: Read): readonly Group[] {
  const identify = createIdentities()
  const groups = new Map<unknown, Group>()
  for (const item of items) {
    const name = read(item)
    const identity = identify(name)
    const group = groups.get(identity)
    if (group === undefined) groups.set(identity, { name, items: [item] })
    else group.items.push(item)
  }
  return [...groups.values()]
}

/** Gives the same for two numbers that are the same, however they are written; and for no two other values. */
function createIdentities(): Read {
  const unlike = new Map<string, symbol>()
  return (value) => {
    if (!(value instanceof ExactNumber)) return value
    const double = exactDouble(value)
    if (double !== undefined) return double
    const number = canonicalNumber(value)
    const known = unlike.get(number) ?? Symbol()
    unlike.set(number, known)
    return known
  }
}

/** Small before large, and what is missing last. */
function sortBy(items: readonly unknown[], read: Read): readonly unknown[] {
  return items
    .map((item) => [item, read(item)] as const)
    .sort(([, one], [, other]) => inOrder(one, other))
    .map(([item]) => item)
}

function inOrder(one: unknown, other: unknown): number {
  if (isMissing(one) || isMissing(other)) return Number(isMissing(one)) - Number(isMissing(other))
  const left = ordinal(one)
  const right = ordinal(other)
  if (left < right) return -1
  return left > right ? 1 : 0
}

function foldCase(value: unknown, budget: Meter): unknown {
  return isMissing(value) ? value : toText(value, budget).toLowerCase()
}
