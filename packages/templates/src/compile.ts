import { analyse } from './analyse.ts'
import { CompileFailure, collecting, toDiagnostics } from './failure.ts'
import { checkJsonBody } from './json-body.ts'
import { hasMarkers, lex } from './lexer.ts'
import { limits } from './limits.ts'
import { type Place, places } from './places.ts'
import { constantTemplate, createTemplate } from './program.ts'
import { type ParsedTemplate, parseStatements } from './statements.ts'
import type { CompiledTemplate, Findings, PathParameterFormat, PlaceName } from './types.ts'

/** How a template is compiled. */
export interface CompileOptions {
  readonly place: PlaceName
}

/** What only a URL knows. */
interface SourceOptions extends CompileOptions {
  readonly pathFormats?: ReadonlyMap<string, PathParameterFormat>
}

/** A template, or every error that was found in it. */
export type CompileResult = Findings & { readonly template: CompiledTemplate | undefined }

/**
 * Compiles a template for one place: checks its grammar, its names and its filters, and finds all that it can
 * depend on. Nothing is parsed when it is rendered.
 */
export function compileTemplate(source: string, options: CompileOptions): CompileResult {
  return compileSource(source, options)
}

/** The same, with what the target of a URL needs. */
export function compileSource(source: string, options: SourceOptions): CompileResult {
  const failures: CompileFailure[] = []
  const warnings: CompileFailure[] = []
  let template: CompiledTemplate | undefined
  collecting(failures, () => {
    if (Buffer.byteLength(source) > limits.sourceBytes) {
      throw new CompileFailure('TOO_LARGE', 'A template holds at most 64 KiB.', 0)
    }
    if (hasMarkers(source)) template = compileMarkers(source, options, { failures, warnings })
    else {
      requireFit(source, places[options.place])
      template = constantTemplate(source)
    }
  })
  return {
    template: failures.length === 0 ? template : undefined,
    errors: toDiagnostics(source, failures),
    warnings: toDiagnostics(source, warnings),
  }
}

function compileMarkers(
  source: string,
  { place: name, pathFormats }: SourceOptions,
  found: { readonly failures: CompileFailure[]; readonly warnings: CompileFailure[] },
): CompiledTemplate | undefined {
  const place = places[name]
  const parsed = parseStatements(source, lex(source))
  const analysis = analyse({ parsed, place, pathFormats })
  found.warnings.push(...analysis.warnings)
  found.failures.push(...parsed.failures, ...analysis.failures, ...checkLiterals(source, parsed, place))
  if (place.json) found.failures.push(...checkJsonBody(source, parsed))
  if (found.failures.length > 0) return undefined
  return createTemplate({ source, place: name, analysis, begin: parsed.statements[0]?.begin ?? 0 })
}

/** Literal text that could never be rendered here. A capture lands elsewhere, if at all. */
function* checkLiterals(source: string, parsed: ParsedTemplate, place: Place): Generator<CompileFailure> {
  for (const { begin, end, inCapture } of parsed.texts) {
    const refusal = inCapture ? undefined : place.refuseWhole?.(source.slice(begin, end))
    if (refusal !== undefined) yield new CompileFailure('INVALID_LITERAL', refusal, begin)
  }
}

function requireFit(text: string, place: Place): void {
  const refusal = place.refuseWhole?.(text)
  if (refusal !== undefined) throw new CompileFailure('INVALID_LITERAL', refusal, 0)
  if (place.json && text !== '' && !isJson(text)) {
    throw new CompileFailure(
      'INVALID_JSON_TEMPLATE',
      'This is not valid JSON, and no value can make it so.',
      0,
    )
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
