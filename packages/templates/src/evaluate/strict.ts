import { isLanguageFilter } from '../analysis/missing-values.ts'
import { filterTable } from '../filters/table.ts'
import type { Filter, Filtered } from '../tree/expressions.ts'
import { isMissing } from '../values/lists.ts'
import { compileArguments, compileValue, type Evaluate, type Replaced, runOf } from './expressions.ts'
import type { Frame } from './frame.ts'
import { RenderFailure } from './render-error.ts'
import type { Slots } from './slots.ts'

/** The failure of a value that must not vanish. @param what - as the author wrote it */
function missingValue(what: string): RenderFailure {
  const advice = "write | default: '' after it if it may be left out, or put {% if %} around it."
  return new RenderFailure('missing', `${what} is missing: ${advice}`)
}

interface StrictOptions {
  /** How the value is written. */
  readonly what: string
  readonly replaced?: Replaced | undefined
  /** Gives nothing for a missing value, for a name that is read elsewhere; where absent, it fails. */
  readonly keeps?: boolean
}

/**
 * A value with its filters, where a missing one does not vanish in a filter (`nil | downcase` is an empty text): it
 * stays missing until a `default` replaces it. It reaches no filter of an embedded language.
 */
export function compileStrict(
  { value, filters }: Filtered,
  slots: Slots,
  { what, replaced, keeps = false }: StrictOptions,
): Evaluate {
  const initial = compileValue(value, slots)
  const steps = filters.map((filter) => compileStep(filter, slots, replaced))
  return (frame) => {
    let result = initial(frame)
    let hasVanished = isMissing(result)
    const culprit = hasVanished ? what : 'A value that is read here'
    for (const { run, args, isDefault, isLanguage, wantsText } of steps) {
      const given = args.map((evaluate) => evaluate(frame))
      if (isDefault) hasVanished &&= !isReplaced(result)
      else hasVanished ||= given.some(isMissing) || (wantsText && isEmptyList(result))
      if (isLanguage && hasVanished) throw missingValue(culprit)
      result = run(result, given, frame)
      hasVanished ||= isMissing(result)
    }
    if (keeps) return hasVanished ? undefined : result
    if (hasVanished || isEmptyList(result)) throw missingValue(culprit)
    return result
  }
}

/** A value without filters that must not be missing. */
export function required(evaluate: Evaluate, what: string): Evaluate {
  return (frame: Frame) => {
    const value = evaluate(frame)
    if (isMissing(value)) throw missingValue(what)
    return value
  }
}

function compileStep(filter: Filter, slots: Slots, replaced: Replaced | undefined) {
  const takes = filterTable.get(filter.name)?.takes
  return {
    run: runOf(filter, replaced),
    args: compileArguments(filter, slots),
    isDefault: filter.name === 'default',
    isLanguage: isLanguageFilter(filter.name),
    /** Of an empty list there is no text. */
    wantsText: takes === 'text' || takes === 'texts',
  }
}

/** What `default` takes for nothing. */
function isReplaced(value: unknown): boolean {
  return isMissing(value) || value === '' || value === false || isEmptyList(value)
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}
