import { CompileFailure } from './failure.ts'
import { jsonFilters } from './filters.ts'
import type { ParsedTemplate } from './statements.ts'

/**
 * Why a JSON body could be broken out of. Every output gives a complete JSON value, and every marker stands
 * outside string literals: then no value can change the structure around it.
 */
export function* checkJsonBody(source: string, parsed: ParsedTemplate): Generator<CompileFailure> {
  for (const text of parsed.texts) {
    const open = text.inCapture ? undefined : openString(source, text.begin, text.end)
    if (open !== undefined) {
      const message =
        'A text literal is still open where an output or tag begins: write the whole value as {{ value | json }}, without quotes around it.'
      yield new CompileFailure('INVALID_JSON_TEMPLATE', message, open)
    }
  }
  for (const { tag, begin, inCapture, expressions } of parsed.statements) {
    if (inCapture) continue
    if (tag === 'cycle') {
      yield new CompileFailure(
        'INVALID_JSON_TEMPLATE',
        'cycle cannot give JSON here: put it inside {% capture %} and write {{ name | json }}.',
        begin,
      )
    }
    if (tag !== 'output' && tag !== 'echo') continue
    if (!jsonFilters.includes(expressions[0]?.filters.at(-1)?.name ?? '')) {
      yield new CompileFailure(
        'INVALID_JSON_TEMPLATE',
        'An output in a JSON body ends with | json: write {{ value | json }}.',
        begin,
      )
    }
  }
}

/** Where the string literal begins that is still open at the end of a chunk which began outside of one. */
function openString(source: string, begin: number, end: number): number | undefined {
  let open: number | undefined
  for (let i = begin; i < end; i += 1) {
    const char = source[i]
    if (open !== undefined && char === '\\') i += 1
    else if (char === '"') open = open === undefined ? i : undefined
  }
  return open
}
