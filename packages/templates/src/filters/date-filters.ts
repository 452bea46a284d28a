import { RenderFailure } from '../evaluate/render-error.ts'

const dateAndTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?$/
const zoned = /(?:z|gmt|utc|[+-]\d{2}:?\d{2})$/i
const dateOnly = /^\d{4}(?:-\d{2}){0,2}$/

/**
 * A date filter's input, made independent of the time and of the machine's time zone: `now` and `today` are
 * refused, and a text that names no zone is in UTC.
 */
export function pureDate(value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (value === 'now' || value === 'today') {
    throw new RenderFailure('filter', 'The time comes from now(): write now() | date: "%Y-%m-%d".')
  }
  const text = value.trim()
  if (dateOnly.test(text) || zoned.test(text) || /^\d+$/.test(text)) return value
  return dateAndTime.test(text) ? `${text}Z` : readable(`${text} UTC`, value)
}

/** LiquidJS gives back what is no date as it was; our suffix must not show. */
function readable(text: string, otherwise: string): string {
  return Number.isNaN(Date.parse(text)) ? otherwise : text
}
