import type { Context } from 'liquidjs'
import { toText } from './escape.ts'
import { RenderFailure } from './render-error.ts'

/** Parses JSON; the message names what had to be JSON, never what it was. */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new RenderFailure('json', `${what} is not valid JSON.`)
  }
}

/** `| from_json`: nothing stays nothing. */
export function fromJson(value: unknown, context: Context): unknown {
  if (value === undefined || value === null) return undefined
  const text = toText(value, context)
  context.memoryLimit.use(text.length)
  return parseJson(text, 'The input of from_json')
}

/** `| json`: a complete JSON value; a missing one is `null`. */
export function toJson(value: unknown, context: Context): string {
  if (value === undefined || value === null) return 'null'
  charge(value, context)
  return JSON.stringify(value)
}

/** A list may name one large object many times: its size is known before it is written out. */
function charge(value: unknown, context: Context): void {
  if (typeof value === 'string') context.memoryLimit.use(value.length + 2)
  else if (Array.isArray(value)) {
    context.memoryLimit.use(value.length + 2)
    for (const part of value) charge(part, context)
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, part] of Object.entries(value)) {
      context.memoryLimit.use(key.length + 4)
      charge(part, context)
    }
  } else context.memoryLimit.use(8)
}
