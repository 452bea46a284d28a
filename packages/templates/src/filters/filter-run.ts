import type { Meter } from '../positions/escaping/escape.ts'
import type { Work } from '../values/compare.ts'
import type { Sources } from './json-filters.ts'

/** A filter as the engine calls it. Named arguments come last, as pairs. */
export type FilterRun = (value: unknown, args: readonly unknown[], budget: Meter & Work & Sources) => unknown
