import {
  AssignTag,
  BreakTag,
  CaptureTag,
  CaseTag,
  CommentTag,
  Context,
  ContinueTag,
  CycleTag,
  EchoTag,
  type Emitter,
  ForTag,
  IfTag,
  Liquid,
  LiquidTag,
  RawTag,
  type Template,
  toValueSync,
  UnlessTag,
} from 'liquidjs'
import { PathText, percentEncodePath, toText } from './escape.ts'
import { filterImplementations } from './filters.ts'
import { limits } from './limits.ts'
import { type Place, places } from './places.ts'
import { RenderFailure } from './render-error.ts'
import type { PlaceName } from './types.ts'

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
  cycle: CycleTag,
}

const engines = new Map<PlaceName, Liquid>()

/** The engine of a place, built once. */
export function engineFor(place: PlaceName): Liquid {
  const built = engines.get(place) ?? createEngine(places[place])
  engines.set(place, built)
  return built
}

/** Renders once, with a fresh scope and nothing else. */
export function run(engine: Liquid, templates: Template[], scope: object): string {
  const context = new Context(scope, engine.options, { sync: true }, { liquid: engine })
  const emitter = new BoundedEmitter()
  toValueSync(engine.renderer.renderTemplates(templates, context, emitter))
  const text = emitter.buffer
  if (text.length > limits.outputBytes / 3 && Buffer.byteLength(text) > limits.outputBytes)
    throw outputTooLarge()
  return text
}

function createEngine(place: Place): Liquid {
  const engine = new Liquid({
    // No file system behind the engine.
    templates: {},
    ownPropertyOnly: true,
    strictFilters: true,
    parseLimit: limits.sourceBytes,
    renderLimit: limits.renderMs,
    memoryLimit: limits.memoryUnits,
    // The same on every machine.
    timezoneOffset: 0,
    locale: 'en-US',
    outputEscape: escapeFor(place),
  })
  for (const name of Object.keys(engine.tags)) delete engine.tags[name]
  for (const [name, tag] of Object.entries(allowedTags)) engine.registerTag(name, tag)
  engine.registerTag('capture', BoundedCapture)
  for (const name of Object.keys(engine.filters)) engine.unregisterFilter(name)
  for (const [name, filter] of filterImplementations()) engine.registerFilter(name, filter)
  engine.registerFilter('raw', { raw: true, handler: rawFor(place) })
  return engine
}

interface EscapeThis {
  readonly context: Context
}

/** Runs after an output's own filters, in `echo` and `cycle` too. */
function escapeFor(place: Place): (this: EscapeThis, value: unknown) => string {
  return function (value) {
    if (value instanceof PathText) return percentEncodePath(value.text)
    const text = toText(value, this.context)
    if (isCapturing(this.context)) return text
    refuse(place.refuseOutput?.(text))
    return place.encode?.(text) ?? text
  }
}

/** `| raw` switches off the encoding, never a refusal. */
function rawFor(place: Place): (this: EscapeThis, value: unknown) => string {
  return function (value) {
    const text = toText(value, this.context)
    if (!isCapturing(this.context)) refuse(place.refuseOutput?.(text))
    return text
  }
}

function refuse(message: string | undefined): void {
  if (message !== undefined) throw new RenderFailure('place', message)
}

/** Inside `capture` text is only gathered: it is made safe where the capture is output, and only once. */
function isCapturing(context: Context): boolean {
  return context.getRegister<boolean>('capturing', false)
}

class BoundedCapture extends CaptureTag {
  override *render(context: Context): Generator<unknown, void, string> {
    const outer = isCapturing(context)
    const emitter = new BoundedEmitter()
    context.setRegister('capturing', true)
    yield this.liquid.renderer.renderTemplates(this.templates, context, emitter)
    context.setRegister('capturing', outer)
    context.bottom()[this.variable] = emitter.buffer
  }
}

/** LiquidJS bounds what filters allocate, but not what a loop writes. */
class BoundedEmitter implements Emitter {
  buffer = ''

  write(text: unknown): void {
    this.buffer += String(text)
    if (this.buffer.length > limits.outputBytes) throw outputTooLarge()
  }
}

function outputTooLarge(): RenderFailure {
  return new RenderFailure('limit', 'The template gives more than 10 MiB.')
}
