import { CaptureTag, type Context, CycleTag, type Emitter } from 'liquidjs'
import { BudgetFailure, currentBudget } from '../limits/budget.ts'
import { limits } from '../limits/limits.ts'
import type { Escape } from '../positions/escaping/escape.ts'
import { RenderFailure } from './render-error.ts'

/** A capture whose text is bounded as the whole is. */
export class BoundedCapture extends CaptureTag {
  override *render(context: Context): Generator<unknown, void, string> {
    const emitter = new BoundedEmitter()
    yield this.liquid.renderer.renderTemplates(this.templates, context, emitter)
    context.bottom()[this.variable] = emitter.buffer
  }
}

/** `cycle` writes past the filters of an output; its escape is given to it when the template is compiled. */
export class EscapedCycle extends CycleTag {
  escape: Escape | undefined

  override *render(context: Context, emitter: Emitter): Generator<unknown, unknown, unknown> {
    const value = yield* super.render(context, emitter)
    if (this.escape === undefined) throw new Error('a cycle without an escape was rendered')
    return this.escape(value, context.memoryLimit)
  }
}

/** LiquidJS bounds what filters allocate, but not what a loop writes. */
export class BoundedEmitter implements Emitter {
  buffer = ''

  write(text: unknown): void {
    this.buffer += String(text)
    if (this.buffer.length > currentBudget().outputBytes) throw outputTooLarge()
  }
}

/** The failure of a text over its limit. */
export function outputTooLarge(): RenderFailure {
  const { outputBytes } = currentBudget()
  const message = `The template gives more than ${outputBytes / (1024 * 1024)} MiB.`
  return outputBytes < limits.isolated.outputBytes
    ? new BudgetFailure(message)
    : new RenderFailure('limit', message)
}
