import { innerLanguages, requireNumber, requirePlain } from '../embedded-languages/index.ts'
import { RenderFailure } from '../evaluate/render-error.ts'
import { toText } from '../positions/escaping/escape.ts'
import { charactersPerUnit, isTruthy } from '../values/compare.ts'
import { pureDate } from './date-filters.ts'
import type { FilterRun } from './filter-run.ts'
import { prepare } from './inputs.ts'
import { fromJson, toJson } from './json-filters.ts'
import { languageFilter } from './language-filter.ts'
import { liquidFilter } from './liquid-filters.ts'
import { listFilters } from './list-filters.ts'
import { calculating, toInteger } from './number-filters.ts'
import { encodeJwt, hashing, signing } from './signing-filters.ts'
import { type FilterFacts, filterTable, type Kind } from './table.ts'

/** A filter that is a function of a text. */
function textFilter(write: (text: string) => string): FilterRun {
  return (value, _, budget) => {
    const text = toText(value, budget)
    budget.use(text.length)
    return write(text)
  }
}

const toJsonText: FilterRun = (value, _, budget) => toJson(value, budget)

const ours: Readonly<Record<string, FilterRun>> = {
  ...listFilters,
  slice: (value, [begin, length], budget) => {
    const subject = Array.isArray(value) ? value : (prepare('text', value) ?? [])
    const most = Array.isArray(subject) ? subject.length : String(subject).length
    const rest = length === undefined ? [] : [Math.min(Number(length) || 0, most)]
    return liquidSlice(subject, [Number(begin) || 0, ...rest], budget)
  },
  to_integer: toInteger,
  default: (value, [otherwise, ...named]) => {
    if (Array.isArray(value) || typeof value === 'string') return value.length > 0 ? value : otherwise
    const allowsFalse = named.some((pair) => Array.isArray(pair) && isTruthy(pair[1]))
    return isTruthy(value) || (value === false && allowsFalse) ? value : otherwise
  },
  from_json: (value, _, budget) => fromJson(value, budget),
  json: toJsonText,
  tojson: toJsonText,
  json_encode: toJsonText,
  base64url_encode: textFilter((text) => Buffer.from(text, 'utf8').toString('base64url')),
  base64_url_safe_encode: (value, args, budget) =>
    String(liquidBase64Encode(value, args, budget))
      .replaceAll('+', '-')
      .replaceAll('/', '_'),
  base64_url_safe_decode: (value, args, budget) => {
    const text = toText(value, budget)
    if (/[+/]/.test(text))
      throw new RenderFailure('filter', 'The input of base64_url_safe_decode is not its encoding.')
    return liquidBase64Decode(text.replaceAll('-', '+').replaceAll('_', '/'), args, budget)
  },
  sha1: hashing('sha1'),
  sha256: hashing('sha256'),
  sha512: hashing('sha512'),
  hmac_sha1: signing('sha1'),
  hmac_sha256: signing('sha256'),
  hmac_sha512: signing('sha512'),
  jwt_encode: encodeJwt,
  plain: (value, _, budget) => requirePlain(value, budget),
  number: (value, _, budget) => requireNumber(value, budget),
  // By themselves they give complete literals; where an output stands between quotes, its own run replaces them.
  ...Object.fromEntries(
    [...innerLanguages.values()].map((language) => [language.name, languageFilter(language)]),
  ),
  raw: (value) => value,
}

const liquidSlice = liquidFilter('slice')
const liquidBase64Encode = liquidFilter('base64_encode')
const liquidBase64Decode = liquidFilter('base64_decode')

/** What each filter of the table does. Some need Node: `runtime.ts` gives them to a render, compiling needs none. */
export const filterRuns: ReadonlyMap<string, FilterRun> = new Map(
  [...filterTable].map(([name, facts]) => [name, guarded(facts, runOf(name, facts))]),
)

function runOf(name: string, { takes }: FilterFacts): FilterRun {
  const own = Object.hasOwn(ours, name) ? ours[name] : undefined
  if (own !== undefined) return own
  const liquid = liquidFilter(name)
  if (takes === 'number') return calculating(name, liquid)
  return takes === 'date' ? (value, args, budget) => liquid(pureDate(value), args, budget) : liquid
}

/** The filter, charged for what it is about to read before it reads it, with its input as it takes it. */
function guarded({ takes, arguments: kinds = [], weight = 1 }: FilterFacts, run: FilterRun): FilterRun {
  const kindOf = (index: number): Kind => kinds[Math.min(index, kinds.length - 1)] ?? 'text'
  return (value, args, budget) => {
    let units = 1 + sizeOf(value, weight)
    for (const argument of args) units += sizeOf(argument, 1)
    budget.charge(units)
    const prepared = args.map((argument, index) => prepare(kindOf(index), argument))
    return run(prepare(takes, value), prepared, budget)
  }
}

function sizeOf(value: unknown, weight: number): number {
  if (typeof value === 'string') return Math.ceil(value.length / charactersPerUnit)
  return Array.isArray(value) ? value.length * weight : 0
}
