import { EchoTag, Output, type Template, toValueSync } from 'liquidjs'
import { CompileFailure } from '../analysis/failure.ts'
import { innerLanguageOf } from '../embedded-languages/index.ts'
import type { Handler } from '../filters/filter-handler.ts'
import { textFilter } from '../filters/filters.ts'
import type { Escape, Meter } from '../positions/escaping/escape.ts'
import type { Statement } from '../tree/statement.ts'
import { EscapedCycle } from './tags.ts'

/** How one output is written where it stands. */
export interface Fit {
  readonly statement: Statement
  readonly makeSafe: Escape
  /** The quote of the author that is open there, for a filter of an inner language. */
  readonly quote: string | undefined
}

/** What LiquidJS holds of a filter. */
export interface EngineFilter {
  readonly name: string
  readonly args?: readonly unknown[]
  readonly token?: unknown
  readonly liquid?: unknown
  handler: Handler
  render(value: unknown, context: { readonly memoryLimit: Meter }): unknown
}

/** An output's last filter: makes it safe for where it stands. */
export class EscapeFilter implements EngineFilter {
  readonly name = 'escape for its place'
  readonly raw = false
  readonly makeSafe: Escape

  constructor(makeSafe: Escape) {
    this.makeSafe = makeSafe
  }

  handler: Handler = (value) => value

  render(value: unknown, { memoryLimit }: { readonly memoryLimit: Meter }): string {
    return this.makeSafe(value, memoryLimit)
  }
}

/**
 * Gives each output of a parsed template its escape.
 *
 * @throws CompileFailure when LiquidJS sees other outputs than we do
 */
export function fitOutputs(templates: readonly Template[], fits: readonly Fit[]): void {
  const writers = [...findWriters(templates)]
  if (writers.length !== fits.length) {
    throw new CompileFailure('SYNTAX', 'This can be read in two ways: write it in a simpler way.', 0)
  }
  for (const [index, writer] of writers.entries()) {
    const fit = fits[index]
    if (fit === undefined) continue
    if (writer instanceof EscapedCycle) writer.escape = fit.makeSafe
    else fitFilters(filtersOf(writer), fit)
  }
}

/** Whatever writes a value, in the order of the text. */
function* findWriters(templates: readonly Template[]): Generator<Output | EchoTag | EscapedCycle> {
  for (const template of templates) {
    if (template instanceof Output || template instanceof EchoTag || template instanceof EscapedCycle) {
      yield template
    } else if ('children' in template && template.children !== undefined) {
      yield* findWriters(toValueSync(template.children(false, true) as Generator<unknown, Template[]>))
    }
  }
}

function filtersOf(writer: Output | EchoTag): EngineFilter[] {
  const { value } = writer as unknown as { readonly value: { readonly filters: EngineFilter[] } }
  return value.filters
}

function fitFilters(filters: EngineFilter[], { statement, makeSafe, quote }: Fit): void {
  const language = innerLanguageOf(statement)
  const quoting = filters.find(({ name }) => name === language?.name)
  if (language !== undefined && quoting !== undefined && quote !== undefined) {
    quoting.handler = textFilter((text) => language.content(text, quote))
  }
  filters.push(new EscapeFilter(makeSafe))
}
