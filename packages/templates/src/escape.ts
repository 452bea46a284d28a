import type { Context } from 'liquidjs'
import { RenderFailure } from './render-error.ts'

/** A path parameter of format `path`, alone in its output: encoded, but for its slashes. */
export class PathText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** Percent-encodes all but RFC 3986's unreserved characters. */
export function percentEncode(text: string): string {
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

/**
 * A value as text: nothing for a missing one, the parts of a list one after the other. An object has no text.
 * What is built is charged to the render's memory limit.
 */
export function toText(value: unknown, context: Context): string {
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) {
    const text = value.map((part) => toText(part, context)).join('')
    context.memoryLimit.use(text.length)
    return text
  }
  throw new RenderFailure(
    'filter',
    'An object has no text of its own: write | json after it, or one of its properties.',
  )
}
