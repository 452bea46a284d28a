import { utf8Length } from '@sluice/connector-schema'
import { analyse } from './analysis/analyse.ts'
import { CompileFailure, collecting, toDiagnostics } from './analysis/failure.ts'
import { findJinjaSign, type JinjaSign } from './analysis/jinja-signs.ts'
import { findStrict } from './analysis/missing-values.ts'
import { type BodyFormat, bodyFormatOf } from './body-format.ts'
import { hasMarkers, lex } from './dialects/liquid/lexer.ts'
import { parseStatements } from './dialects/liquid/statements.ts'
import { constantTemplate, createTemplate } from './evaluate/program.ts'
import { RenderFailure } from './evaluate/render-error.ts'
import { checkJson } from './filters/json-filters.ts'
import { requireUniqueKeys } from './filters/json-keys.ts'
import { limits } from './limits/limits.ts'
import { type Place, places } from './places.ts'
import { computePositions, type Positions } from './positions/index.ts'
import { keepRecipe } from './render-process/recipe.ts'
import type { ParsedTemplate } from './tree/parsed-template.ts'
import type { CompiledTemplate, CompileOptions, Findings } from './types.ts'

/** A template, or every error that was found in it. */
export type CompileResult = Findings & { readonly template: CompiledTemplate | undefined }

/**
 * Compiles a template for one place: checks its grammar, its names and its filters, and finds all that it can
 * depend on. Nothing is parsed when it is rendered.
 */
export function compileTemplate(source: string, options: CompileOptions): CompileResult {
  const result = compileSource(source, options)
  if (result.template !== undefined) keepRecipe(result.template, source, options)
  return result
}

/** The same, with what the target of a URL needs. */
export function compileSource(source: string, options: CompileOptions): CompileResult {
  const failures: CompileFailure[] = []
  const warnings: CompileFailure[] = []
  let template: CompiledTemplate | undefined
  collecting(failures, () => {
    if (utf8Length(source) > limits.sourceBytes) {
      throw new CompileFailure('TOO_LARGE', 'A template holds at most 64 KiB.', 0)
    }
    template = compileParts(source, options, { failures, warnings })
  })
  const jinja = failures.length === 0 ? undefined : findJinjaSign(source)
  return {
    template: failures.length === 0 ? template : undefined,
    errors: toDiagnostics(source, jinja === undefined ? failures : [jinjaFailure(jinja)]),
    warnings: toDiagnostics(source, warnings),
  }
}

/** One finding: what Liquid makes of the rest says nothing. */
function jinjaFailure({ offset, advice }: JinjaSign): CompileFailure {
  const message = `This is written in Jinja2; templates are written in Liquid, where ${advice}.`
  return new CompileFailure('JINJA_TEMPLATE', message, offset)
}

function compileParts(
  source: string,
  { place: name, contentType = '', pathParameters }: CompileOptions,
  found: { readonly failures: CompileFailure[]; readonly warnings: CompileFailure[] },
): CompiledTemplate | undefined {
  const place = places[name]
  const format = place.isBody ? requireFormat(contentType) : undefined
  if (format === undefined && !hasMarkers(source)) {
    requireLiteral(source, place)
    return constantTemplate(source)
  }
  const parsed = parseStatements(source, lex(source))
  const analysis = analyse({ parsed, place, pathParameters })
  found.warnings.push(...analysis.warnings)
  found.failures.push(...parsed.failures, ...analysis.failures, ...checkLiterals(source, parsed, place))
  if (parsed.failures.length > 0) return undefined
  const positions = computePositions({ source, parsed, place, format })
  found.warnings.push(...positions.warnings)
  found.failures.push(...positions.failures)
  if (found.failures.length > 0) return undefined
  if (!hasMarkers(source)) return constantTemplate(source)
  return createTemplate({
    source,
    flow: parsed.flow,
    analysis,
    positions,
    strict: findStrict({ parsed, place, nextToText: positions.nextToText }),
    refuse: (text) => refuseWhole(text, place, { format, positions }),
    begin: parsed.statements[0]?.begin ?? 0,
  })
}

function requireFormat(contentType: string): BodyFormat {
  const { format, refusal } = bodyFormatOf(contentType)
  if (format === undefined) throw new CompileFailure('INVALID_LITERAL', refusal, 0)
  return format
}

/** Literal text that could never be rendered here. A capture lands elsewhere, if at all. */
function* checkLiterals(source: string, parsed: ParsedTemplate, place: Place): Generator<CompileFailure> {
  for (const { begin, end, inCapture } of parsed.texts) {
    const refusal = inCapture ? undefined : place.refuseWhole?.(source.slice(begin, end))
    if (refusal !== undefined) yield new CompileFailure('INVALID_LITERAL', refusal, begin)
  }
}

function requireLiteral(text: string, place: Place): void {
  const refusal = place.refuseWhole?.(text)
  if (refusal !== undefined) throw new CompileFailure('INVALID_LITERAL', refusal, 0)
}

/** What no single output can know of the whole. */
function refuseWhole(
  text: string,
  place: Place,
  { format, positions }: { readonly format: BodyFormat | undefined; readonly positions: Positions },
): RenderFailure | undefined {
  const refusal = place.refuseWhole?.(text)
  if (refusal !== undefined) return new RenderFailure('place', refusal)
  if (format !== 'json') return undefined
  try {
    checkJson(text, 'What the template gives')
    if (positions.hasComputedKeys) requireUniqueKeys(text)
    return undefined
  } catch (error) {
    if (error instanceof RenderFailure) return error
    throw error
  }
}
