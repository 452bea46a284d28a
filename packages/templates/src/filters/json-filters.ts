import { RenderFailure } from '../evaluate/render-error.ts'
import { type Meter, toText } from '../positions/escaping/escape.ts'
import { ExactNumber } from '../values/exact-number.ts'
import { isRecord } from '../values/lists.ts'
import { readJson } from '../values/read-json.ts'

/** Parses JSON; numbers keep their digits. The message names what had to be JSON, never what it was. */
export function parseJson(text: string, what: string): unknown {
  try {
    return readJson(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new RenderFailure('json', `${what} is not valid JSON.`)
  }
}

/** Checks that a text is JSON, and keeps nothing of it. @throws RenderFailure */
export function checkJson(text: string, what: string): void {
  if (!isJsonText(text)) throw new RenderFailure('json', `${what} is not valid JSON.`)
}

/** Whether a text is JSON. */
export function isJsonText(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** What a filter can know of the texts that it is given. */
export interface Sources {
  /** Why the body of the response has no text; nothing where it has one. */
  readonly unreadable?: string | undefined
}

/** `| from_json`: nothing stays nothing, unless it is nothing because it could not be read. */
export function fromJson(value: unknown, budget: Meter & Sources): unknown {
  const { unreadable } = budget
  const text = toText(value, budget)
  if (unreadable !== undefined && text === '') throw new RenderFailure('json', unreadable)
  if (value === undefined || value === null) return undefined
  budget.use(text.length)
  return parseJson(text, 'The input of from_json')
}

/** `| json`: a complete JSON value; a missing one is `null`. */
export function toJson(value: unknown, meter: Meter): string {
  if (value === undefined || value === null) return 'null'
  charge(value, meter)
  return JSON.stringify(value)
}

/** A list may name one large object many times: its size is known before it is written out. */
function charge(value: unknown, meter: Meter): void {
  if (typeof value === 'string') meter.use(value.length + 2)
  else if (Array.isArray(value)) {
    meter.use(value.length + 2)
    for (const part of value) charge(part, meter)
  } else if (isRecord(value)) {
    for (const [key, part] of Object.entries(value)) {
      meter.use(key.length + 4)
      charge(part, meter)
    }
  } else meter.use(value instanceof ExactNumber ? value.toString().length : 8)
}
