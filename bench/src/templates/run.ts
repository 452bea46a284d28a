import { isDeepStrictEqual } from 'node:util'
import { type MeasureOptions, measure } from '../measure.ts'
import { type ContenderName, contendersOf } from './contenders.ts'
import { type Shape, shapes } from './shapes.ts'

/** One contender rendering one shape. */
export interface TemplateRow {
  readonly shape: string
  readonly contender: ContenderName
  readonly us: number
  /** To hand-written JavaScript. */
  readonly ratio: number
}

/**
 * Measures every shape.
 *
 * @throws Error when two contenders do not mean the same
 */
export function runTemplates(options: MeasureOptions): readonly TemplateRow[] {
  return shapes.flatMap((shape) => {
    const contenders = contendersOf(shape)
    requireSameMeaning(shape)
    const times = measure(contenders, options)
    const base = times.get('by hand') ?? Number.NaN
    return contenders.map(({ name }): TemplateRow => {
      const us = times.get(name) ?? Number.NaN
      return { shape: shape.name, contender: name, us, ratio: us / base }
    })
  })
}

function requireSameMeaning(shape: Shape): void {
  const [first, ...others] = contendersOf(shape).map(({ name, render }) => ({
    name,
    meaning: shape.meaning(render()),
  }))
  for (const { name, meaning } of others) {
    if (!isDeepStrictEqual(meaning, first?.meaning))
      throw new Error(`${shape.name}: ${name} gives another text`)
  }
}
