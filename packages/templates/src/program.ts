import { analyzeSync, type Liquid, LiquidError, type Template } from 'liquidjs'
import type { Analysis, Occurrence } from './analyse.ts'
import { type Rewrite, rewrite } from './calls.ts'
import { engineFor, run } from './engine.ts'
import { CompileFailure } from './failure.ts'
import { parseJson } from './json-filters.ts'
import { type Place, places } from './places.ts'
import { type Position, positionAt } from './position.ts'
import { RenderFailure, TemplateRenderError } from './render-error.ts'
import { type Binding, BindingFailure, createScope } from './scope.ts'
import type { Statement } from './statements.ts'
import { translateError } from './translate-error.ts'
import type { CompiledTemplate, PlaceName, TemplateValues, Uses } from './types.ts'

/** A source that was checked and analysed. */
export interface Checked {
  readonly source: string
  readonly place: PlaceName
  readonly analysis: Analysis
  /** Where the first output or tag begins: the position of errors that are about the whole. */
  readonly begin: number
}

/** One way to render a source: as it is, or masked. */
interface Program {
  readonly templates: Template[]
  readonly bindings: readonly Binding[]
}

/** A program with what it takes to run it. */
interface Execution {
  readonly engine: Liquid
  readonly program: Program
  readonly source: string
  readonly fallback: Position
}

const noUses: Uses = {
  secrets: new Set(),
  variables: new Map(),
  session: new Set(),
  pathParams: new Set(),
  body: false,
  response: false,
  time: false,
}

/** A text that needs no engine. */
export function constantTemplate(source: string): CompiledTemplate {
  return { source, constant: source, uses: noUses, render: () => source, renderMasked: () => source }
}

/**
 * Builds what renders a source, with its masked twin.
 *
 * @throws CompileFailure when LiquidJS reads the source otherwise than we do
 */
export function createTemplate({ source, place, analysis, begin }: Checked): CompiledTemplate {
  const engine = engineFor(place)
  const real = parseReal(engine, source, analysis)
  const masked = parseMasked(engine, source, analysis) ?? real
  const fallback = positionAt(source, begin)
  return {
    source,
    constant: undefined,
    uses: analysis.uses,
    render(values) {
      const text = execute(values, { engine, program: real, source, fallback })
      return requireFit(text, places[place], fallback)
    },
    renderMasked(values) {
      if (analysis.secretDecides) return source
      return execute(values, { engine, program: masked, source, fallback })
    },
  }
}

function parseReal(engine: Liquid, source: string, analysis: Analysis): Program {
  const templates = parse(engine, rewrite(source, analysis.rewrites))
  requireSameNames(source, templates, analysis.occurrences)
  return { templates, bindings: analysis.bindings }
}

/** Outputs that name a secret become names of their own text; whatever else they name is not looked at. */
function parseMasked(engine: Liquid, source: string, analysis: Analysis): Program | undefined {
  if (analysis.masks.length === 0 || analysis.secretDecides) return undefined
  const spots = analysis.masks.map(({ output, key }): Rewrite => ({ ...contentOf(source, output), key }))
  const shown = analysis.rewrites.filter(
    ({ begin }) => !spots.some((spot) => begin >= spot.begin && begin < spot.end),
  )
  const texts = analysis.masks.map(({ output: { begin, end }, key }): Binding => {
    return { key, source: { from: 'constant', text: source.slice(begin, end) }, offset: begin }
  })
  const others = analysis.bindings.filter(({ source: { from } }) => from !== 'secret')
  return { templates: parse(engine, rewrite(source, [...shown, ...spots])), bindings: [...others, ...texts] }
}

/** Trim marks keep their effect. */
function contentOf(
  source: string,
  { begin, end }: Statement,
): { readonly begin: number; readonly end: number } {
  const from = source[begin + 2] === '-' ? begin + 3 : begin + 2
  const to = source[end - 3] === '-' ? end - 3 : end - 2
  return { begin: from, end: to }
}

function parse(engine: Liquid, text: string): Template[] {
  try {
    return engine.parse(text)
  } catch (error) {
    const offset = LiquidError.is(error) ? error.token.begin : 0
    throw new CompileFailure('SYNTAX', 'This cannot be read: write it in a simpler way.', offset)
  }
}

/** Two readers of one language: where they disagree about a name, neither can be trusted. */
function requireSameNames(source: string, templates: Template[], occurrences: readonly Occurrence[]): void {
  const ours = occurrences.map(({ root, offset }) => {
    const { line, column } = positionAt(source, offset)
    return `${root}@${line}:${column}`
  })
  const theirs = Object.values(analyzeSync(templates, { partials: false }).variables)
    .flat()
    .map(({ segments, location }) => `${String(segments[0])}@${location.row}:${location.col}`)
  if (ours.toSorted().join() !== theirs.toSorted().join()) {
    throw new CompileFailure('SYNTAX', 'This can be read in two ways: write it in a simpler way.', 0)
  }
}

/** One render; whatever goes wrong comes out as our own error, at a position of the author's text. */
function execute(values: TemplateValues, { engine, program, source, fallback }: Execution): string {
  try {
    return run(engine, program.templates, createScope(program.bindings, values))
  } catch (error) {
    throw translateError(error, error instanceof BindingFailure ? positionAt(source, error.offset) : fallback)
  }
}

function requireFit(text: string, place: Place, position: Position): string {
  const refusal = place.refuseWhole?.(text)
  if (refusal !== undefined) throw new TemplateRenderError('place', refusal, position)
  if (!place.json) return text
  try {
    parseJson(text, 'What the template gives')
    return text
  } catch (error) {
    throw error instanceof RenderFailure
      ? new TemplateRenderError(error.reason, error.message, position)
      : error
  }
}
