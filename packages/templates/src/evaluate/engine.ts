import {
  AssignTag,
  BreakTag,
  CaseTag,
  CommentTag,
  Context,
  ContinueTag,
  EchoTag,
  ForTag,
  IfTag,
  Liquid,
  LiquidTag,
  RawTag,
  type Template,
  toValueSync,
  UnlessTag,
} from 'liquidjs'
import { filterImplementations } from '../filters/filters.ts'
import { currentBudget } from '../limits/budget.ts'
import { limits } from '../limits/limits.ts'
import { createTimeLimit } from '../limits/time-limit.ts'
import { BoundedCapture, BoundedEmitter, EscapedCycle, outputTooLarge } from './tags.ts'

/** Beside these, the grammar of statements.ts knows no tag. */
const allowedTags = {
  assign: AssignTag,
  if: IfTag,
  unless: UnlessTag,
  case: CaseTag,
  for: ForTag,
  break: BreakTag,
  continue: ContinueTag,
  comment: CommentTag,
  raw: RawTag,
  echo: EchoTag,
  liquid: LiquidTag,
  capture: BoundedCapture,
  cycle: EscapedCycle,
}

/** What a context asks whether it may go on; LiquidJS does not export the class. */
type Limiter = Context['renderLimit']

/** The engine: what it knows of tags, filters and limits, and no file system. How outputs are escaped is not its affair. */
export const engine = createEngine()

/** Renders once, with a fresh scope and nothing else. */
export function run(templates: Template[], scope: object): string {
  const { renderMs, memoryUnits, outputBytes } = currentBudget()
  const renderLimit = createTimeLimit(renderMs) as Limiter
  const options = { sync: true, memoryLimit: memoryUnits }
  const context = new Context(scope, engine.options, options, { liquid: engine, renderLimit })
  const emitter = new BoundedEmitter()
  toValueSync(engine.renderer.renderTemplates(templates, context, emitter))
  const text = emitter.buffer
  if (text.length > outputBytes / 3 && Buffer.byteLength(text) > outputBytes) throw outputTooLarge()
  return text
}

function createEngine(): Liquid {
  const engine = new Liquid({
    // No file system behind the engine.
    templates: {},
    ownPropertyOnly: true,
    strictFilters: true,
    parseLimit: limits.sourceBytes,
    // The same on every machine.
    timezoneOffset: 0,
    locale: 'en-US',
  })
  for (const name of Object.keys(engine.tags)) delete engine.tags[name]
  for (const [name, tag] of Object.entries(allowedTags)) engine.registerTag(name, tag)
  for (const name of Object.keys(engine.filters)) engine.unregisterFilter(name)
  for (const [name, filter] of filterImplementations()) engine.registerFilter(name, filter)
  return engine
}
