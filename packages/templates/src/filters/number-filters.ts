import { RenderFailure } from '../evaluate/render-error.ts'
import { ExactNumber, isSameNumber, numberFrom } from '../values/exact-number.ts'
import { isMissing } from '../values/lists.ts'
import type { FilterRun } from './filter-run.ts'
import { isDecimal, notExact, prepare } from './inputs.ts'

type Arithmetic = 'plus' | 'minus' | 'times'

const ofBigInts: Readonly<Record<Arithmetic, (one: bigint, other: bigint) => bigint>> = {
  plus: (one, other) => one + other,
  minus: (one, other) => one - other,
  times: (one, other) => one * other,
}

/** A filter that calculates: what it gives is a finite number, and of whole numbers the right one. */
export function calculating(name: string, run: FilterRun): FilterRun {
  const exactly = Object.hasOwn(ofBigInts, name) ? ofBigInts[name as Arithmetic] : undefined
  return (value, args, budget) => {
    const result = run(value, args, budget)
    if (typeof result !== 'number') return result
    requireFinite(result)
    if (exactly !== undefined) requireExact(result, [value, args[0]], exactly)
    return result
  }
}

/** The sum of what can be counted; a missing value and a text that is no number count as 0. */
export function sum(values: readonly unknown[]): number {
  let total = 0
  for (const value of values) {
    const addend = toNumber(prepare('number', value))
    const next = total + addend
    requireExact(next, [total, addend], ofBigInts.plus)
    total = next
  }
  requireFinite(total)
  return total
}

/** `| to_integer`: a number from a text, with all its digits; it keeps a fraction. */
export const toInteger: FilterRun = (value) => {
  if (value instanceof ExactNumber) return value
  if (typeof value === 'string' && isDecimal(value)) return numberFrom(asJsonNumber(value))
  const number = isMissing(value) ? Number.NaN : Number(prepare('number', value))
  requireFinite(number)
  return number
}

/** The digits of a text, as JSON writes them. */
function asJsonNumber(text: string): string {
  return text
    .trim()
    .replace('+', '')
    .replace(/^(-?)0+(?=\d)/, '$1')
    .replace(/\.(?=$|e)/i, '')
}

function toNumber(value: unknown): number {
  return Number(value) || 0
}

function requireFinite(result: number): void {
  if (Number.isFinite(result)) return
  throw new RenderFailure('filter', 'The result is no number: it divides by zero, or is too large.')
}

/** Whole numbers beyond what a double can count are calculated once more. */
function requireExact(
  result: number,
  operands: readonly unknown[],
  exactly: (one: bigint, other: bigint) => bigint,
): void {
  if (Number.isSafeInteger(result) || !Number.isFinite(result)) return
  const [one, other] = operands.map(toNumber)
  if (one === undefined || other === undefined || !Number.isInteger(one) || !Number.isInteger(other)) return
  const exact = exactly(BigInt(one), BigInt(other))
  if (!isSameNumber(result, new ExactNumber(String(exact)))) throw new RenderFailure('filter', notExact)
}
