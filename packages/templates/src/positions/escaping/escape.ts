import { RenderFailure } from '../../evaluate/render-error.ts'
import { ExactNumber } from '../../values/exact-number.ts'

/** What a render may still allocate, in characters and items. */
export interface Meter {
  /** @throws when the limit is met */
  use(count: number): void
}

/** Makes the value of one output safe for the place and position where it stands. */
export type Escape = (value: unknown, meter: Meter) => string

/** A path parameter of format `path`, alone in its output: encoded, but for its slashes. */
export class PathText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

const unreserved = /^[A-Za-z0-9\-._~]*$/

/** Percent-encodes all but RFC 3986's unreserved characters. */
export function percentEncode(text: string): string {
  if (unreserved.test(text)) return text
  if (!text.isWellFormed())
    throw new RenderFailure('place', 'A value holds half of a character (a lone surrogate).')
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** The same, keeping `/`. */
export function percentEncodePath(text: string): string {
  return percentEncode(text).replaceAll('%2F', '/')
}

/** The inside of a JSON string literal (RFC 8259 §7); half of a character becomes `\\uXXXX`. */
export function jsonStringContent(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

/**
 * A value as text: nothing for a missing one, the parts of a list one after the other. An object has no text.
 * What is built is charged to the render's memory limit.
 */
export const toText: Escape = (value, meter) => {
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) {
    const text = value.map((part) => toText(part, meter)).join('')
    meter.use(text.length)
    return text
  }
  if (value instanceof ExactNumber) return value.toString()
  throw new RenderFailure(
    'filter',
    'An object has no text of its own: write | json after it, or one of its properties.',
  )
}

/** Text, then one encoding. */
export function encoded(encode: (text: string) => string): Escape {
  return (value, meter) => {
    const text = toText(value, meter)
    return text === '' ? '' : encode(text)
  }
}

/** Text, unless the place can never hold it. */
export function refusing(refuse: (text: string) => string | undefined, then: Escape = toText): Escape {
  return (value, meter) => {
    const message = refuse(toText(value, meter))
    if (message !== undefined) throw new RenderFailure('place', message)
    return then(value, meter)
  }
}
