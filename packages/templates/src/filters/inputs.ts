import { RenderFailure } from '../evaluate/render-error.ts'
import { ExactNumber, exactDouble } from '../values/exact-number.ts'
import type { Kind } from './table.ts'

const objectHasNoText = 'An object has no text of its own: write | json after it, or one of its properties.'
/** Why a calculation is refused. */
export const notExact =
  'A number has more digits than a calculation keeps: leave it as it is, or use it as a text.'
const noNumber = 'A list or an object is no number: write one of its items or properties.'
const noDate = 'A list or an object is no date: write one of its items or properties.'
const decimal = /^\s*[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?\s*$/

/** A value as a filter takes it. @throws RenderFailure where it would have to guess */
export function prepare(kind: Kind, value: unknown): unknown {
  switch (kind) {
    case 'text':
      return asText(value)
    case 'texts':
      return Array.isArray(value) ? value.map(asText) : asText(value)
    case 'number':
      return asNumber(value)
    case 'date':
      return asDate(value)
    case 'sequence':
      return asSequence(value)
    default:
      return value
  }
}

/** What has a text, with every number in it as its digits. */
function asText(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof ExactNumber) return value.toString()
  if (Array.isArray(value)) return value.map(asText)
  throw new RenderFailure('filter', objectHasNoText)
}

function asNumber(value: unknown): unknown {
  if (typeof value === 'string') return asNumberText(value)
  if (typeof value !== 'object' || value === null) return value
  if (!(value instanceof ExactNumber)) throw new RenderFailure('filter', noNumber)
  return requireDouble(value)
}

/** A text is read as Liquid reads it, and must not lose digits on the way. */
function asNumberText(value: string): string {
  const mayLoseDigits = value.length > 15 || /e/i.test(value)
  if (mayLoseDigits && isDecimal(value)) requireDouble(new ExactNumber(value.trim()))
  return value
}

/** Whether a text is a number as people write it. */
export function isDecimal(text: string): boolean {
  return decimal.test(text)
}

function requireDouble(value: ExactNumber): number {
  const double = exactDouble(value)
  if (double === undefined) throw new RenderFailure('filter', notExact)
  return double
}

function asDate(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (!(value instanceof ExactNumber)) throw new RenderFailure('filter', noDate)
  return requireDouble(value)
}

function asSequence(value: unknown): unknown {
  return typeof value === 'string' || Array.isArray(value) ? value : undefined
}
