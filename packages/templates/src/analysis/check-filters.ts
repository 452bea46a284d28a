import { suggestion } from '@sluice/connector-schema'
import { innerLanguages } from '../embedded-languages/index.ts'
import { filterTable, isDateFilter, readsProperty } from '../filters/table.ts'
import type { Place } from '../places.ts'
import type { Filter, Filtered, Value } from '../tree/expressions.ts'
import { CompileFailure } from './failure.ts'

const propertyPath = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/

/** What is wrong with the filters of one expression; nothing when all is well. */
export function* checkFilters(
  filtered: Filtered,
  place: Place,
  isOutput: boolean,
): Generator<CompileFailure> {
  for (const [index, filter] of filtered.filters.entries()) {
    const isLast = index === filtered.filters.length - 1
    const message =
      unknownFilter(filter) ??
      checkQuoting(filter, filtered.filters[index + 1]) ??
      (filter.name === 'raw'
        ? (checkRaw(isOutput && isLast) ?? checkArity(filter) ?? checkNamed(filter))
        : checkFilter(filter, place))
    if (message !== undefined) {
      const code = filterTable.has(filter.name) ? 'SYNTAX' : 'UNKNOWN_FILTER'
      yield new CompileFailure(
        isSigning(filter) && !place.secrets ? 'NOT_ALLOWED_HERE' : code,
        message,
        filter.begin,
      )
    }
  }
  const [first] = filtered.filters
  if (first !== undefined && isDateFilter(first.name) && isHiddenTime(filtered.value)) {
    yield new CompileFailure(
      'SYNTAX',
      'The time comes from now(): write now() | date: "%Y-%m-%d".',
      filtered.value.begin,
    )
  }
}

function unknownFilter({ name }: Filter): string | undefined {
  if (filterTable.has(name)) return undefined
  const hint = suggestion(name, [...filterTable.keys()])
  return `There is no filter \`${name}\`${hint || '.'}`
}

/** What comes after could undo the quoting. */
function checkQuoting({ name }: Filter, next: Filter | undefined): string | undefined {
  if (next === undefined || next.name === 'raw' || !(innerLanguages.has(name) || name === 'plain'))
    return undefined
  return `${name} stands last: a filter after it could undo what it does.`
}

function checkRaw(isLastOfOutput: boolean): string | undefined {
  return isLastOfOutput ? undefined : 'raw stands last in an output, or it would do nothing.'
}

function checkFilter(filter: Filter, place: Place): string | undefined {
  return (
    checkArity(filter) ??
    checkNamed(filter) ??
    checkNothing(filter) ??
    checkProperty(filter) ??
    checkEncoding(filter) ??
    checkSigning(filter, place)
  )
}

function checkArity(filter: Filter): string | undefined {
  const [least, most] = filterTable.get(filter.name)?.arity ?? [0, 0]
  const count = filter.arguments.length
  if (count >= least && count <= most) return undefined
  const wanted = least === most ? String(least) : `${least} to ${most}`
  return `${filter.name} takes ${most === 0 ? 'no' : wanted} argument${wanted === '1' ? '' : 's'}, not ${count}.`
}

function checkNamed(filter: Filter): string | undefined {
  for (const name of filter.named.keys()) {
    if (filter.name !== 'default' || name !== 'allow_false') {
      return `${filter.name} does not know ${name}: only default takes a named argument, allow_false: true.`
    }
  }
  return undefined
}

/** The words for nothing are there to compare with: as values they would mean nothing. */
function checkNothing(filter: Filter): string | undefined {
  for (const [index, value] of filter.arguments.entries()) {
    const isNothing = value.kind === 'nothing'
    const isComparison = readsProperty(filter.name) && index === 1
    if (isNothing && !isComparison) return `${filter.name} takes a value: write '' for an empty text.`
  }
  return undefined
}

function checkProperty(filter: Filter): string | undefined {
  if (!readsProperty(filter.name)) return undefined
  const text = literalText(filter.arguments[0])
  if (text !== undefined && propertyPath.test(text)) return undefined
  return `${filter.name} takes the name of a property in quotes: write ${filter.name}: 'status'.`
}

function checkEncoding(filter: Filter): string | undefined {
  const encoding = filter.name.startsWith('hmac_') ? filter.arguments[1] : undefined
  if (encoding === undefined || ['hex', 'base64'].includes(literalText(encoding) ?? '')) return undefined
  return `${filter.name} is written as 'hex' or 'base64': write ${filter.name}: key, 'base64'.`
}

function checkSigning(filter: Filter, place: Place): string | undefined {
  if (!isSigning(filter)) return undefined
  if (!place.secrets)
    return `jwt_encode cannot stand in ${place.label}, only in headers, query parameters and authentication.`
  return literalText(filter.arguments[1]) === 'HS256'
    ? undefined
    : "jwt_encode signs with 'HS256': write jwt_encode: key, 'HS256'."
}

function isSigning(filter: Filter): boolean {
  return filter.name === 'jwt_encode'
}

function isHiddenTime(value: Value): boolean {
  return ['now', 'today'].includes(literalText(value) ?? '')
}

function literalText(value: Value | undefined): string | undefined {
  return value?.kind === 'literal' && typeof value.value === 'string' ? value.value : undefined
}
