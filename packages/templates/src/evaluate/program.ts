import { analyzeSync, LiquidError, type Template, type Token } from 'liquidjs'
import type { Analysis, Occurrence } from '../analysis/analyse.ts'
import { type Rewrite, rewrite } from '../analysis/calls.ts'
import { CompileFailure } from '../analysis/failure.ts'
import { type Position, positionAt } from '../analysis/position.ts'
import { type Escape, toText } from '../positions/escaping/escape.ts'
import type { Positions } from '../positions/index.ts'
import type { Statement } from '../tree/statement.ts'
import type { CompiledTemplate, TemplateValues, Uses } from '../types.ts'
import { engine, run } from './engine.ts'
import { type Fit, fitOutputs } from './fit-outputs.ts'
import { createEvaluator } from './index.ts'
import { type RenderFailure, TemplateRenderError } from './render-error.ts'
import { type Binding, BindingFailure, createScope } from './scope.ts'
import { translateError } from './translate-error.ts'

/** A source that was checked and analysed. */
export interface Checked {
  readonly source: string
  readonly analysis: Analysis
  readonly positions: Positions
  /** Everything that writes a value, in the order of the text. */
  readonly writers: readonly Statement[]
  /** Why a rendered text cannot stand in its place; nothing when it can. */
  readonly refuse: (text: string) => RenderFailure | undefined
  /** Where the first output or tag begins: the position of errors that are about the whole. */
  readonly begin: number
}

/** One way to render a source: as it is, or masked. Whatever goes wrong comes out as our own error. */
type Program = (values: TemplateValues) => string

const noUses: Uses = {
  secrets: new Set(),
  variables: new Map(),
  session: new Set(),
  needsUser: false,
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
export function createTemplate(checked: Checked): CompiledTemplate {
  const { source, analysis, refuse, begin } = checked
  // A render is synchronous: whose it is, is known while it runs.
  let noteSecret: ((text: string) => void) | undefined
  const render = createReal(checked, (text) => noteSecret?.(text))
  const renderMasked = createMasked(checked) ?? render
  const fallback = positionAt(source, begin)
  return {
    source,
    constant: undefined,
    uses: analysis.uses,
    render(values, onSecret) {
      let text: string
      noteSecret = onSecret
      try {
        text = render(values)
      } finally {
        noteSecret = undefined
      }
      const failure = refuse(text)
      if (failure !== undefined) throw new TemplateRenderError(failure.reason, failure.message, fallback)
      return text
    },
    renderMasked: (values) => (analysis.secretDecides ? source : renderMasked(values)),
  }
}

function createReal(checked: Checked, noteSecret: (text: string) => void): Program {
  const { source, analysis, positions, writers } = checked
  const templates = parse(rewrite(source, analysis.rewrites))
  requireSameNames(source, templates, analysis.occurrences)
  // Where a secret stands in another tag, any output may come of it.
  const bearers = new Set(analysis.secretDecides ? writers : analysis.masks.map(({ output }) => output))
  const fits = writers.map((statement): Fit => {
    const fitting = positions.escapes.get(statement)
    if (fitting === undefined) throw new Error('an output without a position was compiled')
    const makeSafe = bearers.has(statement) ? noting(fitting, noteSecret) : fitting
    return { statement, makeSafe, quote: positions.quoted.get(statement) }
  })
  fitOutputs(templates, fits)
  return createProgram(checked, templates, analysis.bindings)
}

function noting(makeSafe: Escape, note: (text: string) => void): Escape {
  return (value, meter) => {
    note(toText(value, meter))
    return makeSafe(value, meter)
  }
}

/** Outputs that name a secret become names of their own text; whatever else they name is not looked at. */
function createMasked(checked: Checked): Program | undefined {
  const { source, analysis, positions, writers } = checked
  if (analysis.masks.length === 0 || analysis.secretDecides) return undefined
  const spots = analysis.masks.map(({ output, key }): Rewrite => ({ ...contentOf(source, output), key }))
  const shown = analysis.rewrites.filter(
    ({ begin }) => !spots.some((spot) => begin >= spot.begin && begin < spot.end),
  )
  const texts = analysis.masks.map(({ output: { begin, end }, key }): Binding => {
    return { key, source: { from: 'constant', text: source.slice(begin, end) }, offset: begin }
  })
  const others = analysis.bindings.filter(({ source: { from } }) => from !== 'secret')
  const templates = parse(rewrite(source, [...shown, ...spots]))
  const masked = new Set(analysis.masks.map(({ output }) => output))
  const fits = writers.map((statement): Fit => {
    if (masked.has(statement)) return { statement, makeSafe: toText, quote: undefined }
    const { escapes, quoted } = positions
    return { statement, makeSafe: escapes.get(statement) ?? toText, quote: quoted.get(statement) }
  })
  fitOutputs(templates, fits)
  return createProgram(checked, templates, [...others, ...texts])
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

function parse(text: string): Template[] {
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

function createProgram(
  { source, begin }: Checked,
  templates: Template[],
  bindings: readonly Binding[],
): Program {
  const fallback = positionAt(source, begin)
  const toError = (error: unknown, at: Token | undefined): TemplateRenderError => {
    const position = error instanceof BindingFailure ? positionAt(source, error.offset) : tokenPosition(at)
    return translateError(error, position ?? fallback)
  }
  const evaluator = createEvaluator(templates, { bindings, toError })
  if (evaluator !== undefined) return evaluator
  return (values) => {
    try {
      return run(templates, createScope(bindings, values))
    } catch (error) {
      throw toError(error, undefined)
    }
  }
}

function tokenPosition(token: Token | undefined): Position | undefined {
  const [line, column] = token?.getPosition() ?? []
  return line === undefined || column === undefined ? undefined : { line, column }
}
