import { AssertionError, Context, type Token } from 'liquidjs'
import { currentBudget } from '../limits/budget.ts'
import { createTimeLimit, type TimeLimit } from '../limits/time-limit.ts'
import type { Meter } from '../positions/escaping/escape.ts'
import type { TemplateValues } from '../types.ts'
import { engine } from './engine.ts'
import { outputTooLarge } from './tags.ts'

/** What one render needs: its values, its names, its text so far, and what it may still cost. */
export class Frame implements Meter {
  readonly values: TemplateValues
  /** Values of bindings, read when first asked for; then what `assign`, `capture` and loops bind. */
  readonly slots: unknown[] = []
  text = ''
  /** What runs now: the position of an error. */
  at: Token | undefined
  private readonly time: TimeLimit | undefined
  private readonly outputBytes: number
  private memoryLeft: number
  private filterContext: Context | undefined

  constructor(values: TemplateValues, isTimed: boolean) {
    const budget = currentBudget()
    this.values = values
    this.outputBytes = budget.outputBytes
    this.memoryLeft = budget.memoryUnits
    this.time = isTimed ? createTimeLimit(budget.renderMs) : undefined
  }

  write(text: string): void {
    this.text += text
    if (this.text.length > this.outputBytes) throw outputTooLarge()
  }

  /** As LiquidJS counts what filters allocate, and with its words, by which a limit is known. */
  use(count: number): void {
    if (!(count > 0)) return
    this.memoryLeft -= count
    if (this.memoryLeft < 0) throw new AssertionError('memory alloc limit exceeded')
  }

  /** @throws AssertionError when the render has worked for too long */
  checkTime(): void {
    this.time?.check(performance.now())
  }

  /** What filters of LiquidJS see; only those that need one make it. */
  context(): Context {
    if (this.filterContext !== undefined) return this.filterContext
    const limits = { liquid: engine, memoryLimit: this, renderLimit: this.time } as unknown as Limits
    this.filterContext = new Context({}, engine.options, { sync: true }, limits)
    return this.filterContext
  }
}

type Limits = ConstructorParameters<typeof Context>[3]
