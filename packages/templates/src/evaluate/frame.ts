import { utf8Length } from '@sluice/connector-schema'
import type { FilterRun } from '../filters/filter-run.ts'
import type { Sources } from '../filters/json-filters.ts'
import { outOfMemory, outOfWork, outputTooLarge } from '../limits/budget.ts'
import type { RenderBudget } from '../limits/limits.ts'
import { createTimeLimit, type TimeLimit } from '../limits/time-limit.ts'
import type { Meter } from '../positions/escaping/escape.ts'
import type { TemplateValues } from '../types.ts'
import type { Work } from '../values/compare.ts'
import { unreadableBody } from './scope.ts'

/** No character of UTF-16 takes more bytes of UTF-8: a pair takes four. */
const mostBytesPerUnit = 3

/** How one render goes. */
export interface RenderOptions {
  readonly budget: RenderBudget
  readonly onSecret?: ((text: string) => void) | undefined
}

/** What one render needs: its values, its names, its text so far, and what it may still cost. */
export class Frame implements Meter, Work, Sources {
  readonly values: TemplateValues
  /** Values of bindings, read when first asked for; then what `assign`, `capture` and loops bind. */
  readonly slots: unknown[] = []
  /** Gets the text of each output that depends on a secret. */
  readonly onSecret: ((text: string) => void) | undefined
  text = ''
  /** The offset of what runs now: the position of an error. */
  at = 0
  private readonly time: TimeLimit | undefined
  private readonly budget: RenderBudget
  private memoryLeft: number
  private workLeft: number
  /** Bytes of `text`: at most so many, until that is too many and they are counted. */
  private bytes = 0
  private isCounted = false

  constructor(values: TemplateValues, { budget, onSecret, isTimed }: RenderOptions & { isTimed: boolean }) {
    this.values = values
    this.onSecret = onSecret
    this.budget = budget
    this.memoryLeft = budget.memoryUnits
    this.workLeft = budget.workUnits
    this.time = isTimed ? createTimeLimit(budget.renderMs, values.runtime) : undefined
  }

  write(text: string): void {
    this.text += text
    this.bytes += this.isCounted ? utf8Length(text) : text.length * mostBytesPerUnit
    if (this.bytes <= this.budget.outputBytes) return
    if (!this.isCounted) {
      this.isCounted = true
      this.bytes = utf8Length(this.text)
    }
    if (this.bytes > this.budget.outputBytes) throw outputTooLarge(this.budget)
  }

  /** What `run` writes, apart from the text around it. Bounded as the whole is. */
  gather(run: (frame: Frame) => unknown): string {
    const { text, bytes, isCounted } = this
    this.text = ''
    this.bytes = 0
    this.isCounted = false
    run(this)
    const gathered = this.text
    this.text = text
    this.bytes = bytes
    this.isCounted = isCounted
    this.use(gathered.length)
    return gathered
  }

  /** Whose turn it is in each group of a cycle. */
  turnsOf(slot: number): Map<string, number> {
    const known = this.slots[slot]
    if (known instanceof Map) return known
    const turns = new Map<string, number>()
    this.slots[slot] = turns
    return turns
  }

  /** @throws Error where the runtime lacks a filter of the table, which no template can bring about */
  filterNamed(name: string): FilterRun {
    const run = this.values.runtime.filters.get(name)
    if (run === undefined) throw new Error(`there is no filter ${name}`)
    return run
  }

  /** Why the body of the response has no text. */
  get unreadable(): string | undefined {
    return unreadableBody(this.values)
  }

  use(count: number): void {
    if (!(count > 0)) return
    this.memoryLeft -= count
    if (this.memoryLeft < 0) throw outOfMemory()
  }

  charge(units: number): void {
    this.workLeft -= units
    if (this.workLeft < 0) throw outOfWork()
  }

  /** @throws RenderFailure when the render has worked for too long */
  checkTime(): void {
    this.time?.check(performance.now())
  }
}
