import type { Analysis } from '../analysis/analyse.ts'
import { positionAt } from '../analysis/position.ts'
import { innerLanguageOf } from '../embedded-languages/index.ts'
import { languageFilter } from '../filters/language-filter.ts'
import { limits } from '../limits/limits.ts'
import type { Positions } from '../positions/index.ts'
import type { FlowNode } from '../tree/flow.ts'
import type { Statement } from '../tree/statement.ts'
import type { CompiledTemplate, TemplateValues, Uses } from '../types.ts'
import type { Replaced } from './expressions.ts'
import { Frame, type RenderOptions } from './frame.ts'
import { compileNodes, type Written } from './nodes.ts'
import { type RenderFailure, TemplateRenderError } from './render-error.ts'
import { BindingFailure, fallibleBindings, requireBindings } from './scope.ts'
import { Slots } from './slots.ts'
import { translateError } from './translate-error.ts'

/** A source that was checked and analysed. */
export interface Checked {
  readonly source: string
  readonly flow: readonly FlowNode[]
  readonly analysis: Analysis
  readonly positions: Positions
  /** In which a missing value fails the render. */
  readonly strict: ReadonlySet<Statement>
  /** Why a rendered text cannot stand in its place; nothing when it can. */
  readonly refuse: (text: string) => RenderFailure | undefined
  /** Where the first output or tag begins: the position of errors that are about the whole. */
  readonly begin: number
}

/** One way to render a source: as it is, or masked. Whatever goes wrong comes out as our own error. */
type Render = (values: TemplateValues, options: RenderOptions) => string

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

/** Builds what renders a source, with its masked twin. */
export function createTemplate(checked: Checked): CompiledTemplate {
  const { source, analysis, refuse, begin } = checked
  const { secretBearers, uses } = analysis
  const render = createRender(checked, new Set())
  const renderMasked = secretBearers.size > 0 ? createRender(checked, secretBearers) : render
  return {
    source,
    constant: undefined,
    uses,
    render(values, onSecret, budget = limits.inProcess) {
      const text = render(values, { budget, onSecret })
      const failure = refuse(text)
      if (failure === undefined) return text
      throw new TemplateRenderError(failure.reason, failure.message, positionAt(source, begin))
    },
    renderMasked: (values, budget = limits.inProcess) => renderMasked(values, { budget }),
  }
}

/** @param masked - what is shown as it is written, or not run: what it names is not looked at */
function createRender(checked: Checked, masked: ReadonlySet<Statement>): Render {
  const { source, flow, analysis, positions, strict } = checked
  const writtenAt = (statement: Statement): Written => {
    if (masked.has(statement)) return { shown: source.slice(statement.begin, statement.end) }
    const makeSafe = positions.escapes.get(statement)
    if (makeSafe === undefined) throw new Error('an output without a position was compiled')
    const bearsSecret = analysis.secretBearers.has(statement)
    return { makeSafe, bearsSecret, replaced: quotedFilter(statement, positions) }
  }
  const slots = new Slots(analysis.bindings, analysis.pathTexts)
  const { run, isTimed } = compileNodes(flow, { source, slots, writtenAt, skipped: masked, strict })
  const needed = fallibleBindings(analysis.bindings).filter(
    ({ source: { from } }) => masked.size === 0 || from !== 'secret',
  )
  return (values, options) => {
    const frame = new Frame(values, { ...options, isTimed })
    try {
      if (needed.length > 0) requireBindings(needed, values)
      run(frame)
      return frame.text
    } catch (error) {
      const offset = error instanceof BindingFailure ? error.offset : frame.at
      throw translateError(error, positionAt(source, offset))
    }
  }
}

/** Inside of what the author wrote, the filter of an embedded language gives only what is inside. */
function quotedFilter(statement: Statement, { quoted }: Positions): Replaced | undefined {
  const language = innerLanguageOf(statement)
  const quote = quoted.get(statement)
  if (language === undefined || quote === undefined) return undefined
  return { name: language.name, run: languageFilter(language, quote) }
}
