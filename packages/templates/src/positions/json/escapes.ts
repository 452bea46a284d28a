import { isJsonText, toJson } from '../../filters/json-filters.ts'
import { givesJson } from '../../filters/table.ts'
import type { Statement } from '../../tree/statement.ts'
import { type Escape, jsonStringContent, toText } from '../escaping/escape.ts'

/** An output that stands for a complete JSON value. */
export function jsonValueEscape(statement: Statement): Escape {
  if (endsInJson(statement)) return toText
  return isWholeText(statement) ? jsonVerbatim : toJson
}

/** An output inside a string literal. Lists and objects are shown as JSON text, escaped like any other. */
export function jsonStringEscape(statement: Statement): Escape {
  return endsInJson(statement) ? jsonTextInString : jsonInString
}

const jsonTextInString: Escape = (value, meter) => jsonStringContent(toText(value, meter))

const jsonInString: Escape = (value, meter) => {
  const text = typeof value === 'object' && value !== null ? toJson(value, meter) : toText(value, meter)
  meter.use(text.length)
  return jsonStringContent(text)
}

/** The whole payload or answer: as it is where it is JSON, else a string; nothing is `null`. */
const jsonVerbatim: Escape = (value, meter) => {
  if (typeof value !== 'string') return toJson(value, meter)
  meter.use(value.length)
  if (value === '') return 'null'
  return isJsonText(value) ? value : toJson(value, meter)
}

function endsInJson({ expressions }: Statement): boolean {
  return givesJson(expressions[0]?.filters.at(-1)?.name ?? '')
}

/** `body_text` or `response.body`, with no filter. */
function isWholeText({ tag, expressions: [expression] }: Statement): boolean {
  if (tag === 'cycle' || expression === undefined || expression.filters.length > 0) return false
  const { value } = expression
  if (value.kind !== 'path') return false
  if (value.root === 'body_text') return value.properties.length === 0
  return value.root === 'response' && value.properties.length === 1 && value.properties[0] === 'body'
}
