import { type InnerLanguage, valueWriter } from '../embedded-languages/index.ts'
import type { FilterRun } from './filter-run.ts'

/** The filter of an embedded language, inside of what the author wrote or outside. */
export function languageFilter(language: InnerLanguage, open?: string): FilterRun {
  const write = valueWriter(language, open)
  return (value, _, budget) => write(value, budget)
}
