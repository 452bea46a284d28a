import { ExactNumber } from './exact-number.ts'

/** Whether there is nothing. */
export function isMissing(value: unknown): value is undefined | null {
  return value === undefined || value === null
}

/** Whether a value is an object with properties of its own: no list, no number. */
export function isRecord(value: unknown): value is object {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)
  )
}

/** What `for` goes through: items, one text, or the keys of an object with their values. */
export function itemsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  if (typeof value === 'string') return value === '' ? [] : [value]
  return isRecord(value) ? Object.entries(value) : []
}

/** What filters of lists take: one value is a list of one. */
export function listOf(value: unknown): readonly unknown[] {
  if (isMissing(value)) return []
  return Array.isArray(value) ? value : [value]
}
