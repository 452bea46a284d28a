import { defaultOptions, filters } from 'liquidjs'
import type { FilterRun } from './filter-run.ts'

/** The same on every machine. */
const options = Object.freeze({
  locale: 'en-US',
  timezoneOffset: 0,
  dateFormat: defaultOptions.dateFormat,
})

/** One of LiquidJS's filters that are pure functions of their arguments, alone: without its engine. */
export function liquidFilter(name: string): FilterRun {
  const filter: unknown = Object.hasOwn(filters, name) ? filters[name] : undefined
  if (typeof filter !== 'function') throw new Error(`LiquidJS has no filter ${name}`)
  return (value, args, budget) => {
    const context = { memoryLimit: budget, opts: options, ownPropertyOnly: true }
    return Reflect.apply(filter, { context }, [value, ...args])
  }
}
