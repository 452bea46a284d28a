import { type FilterImplOptions, filters as liquidFilters } from 'liquidjs'
import { innerLanguages, requirePlain } from '../embedded-languages/index.ts'
import { type Meter, toText } from '../positions/escaping/escape.ts'
import { pureDate } from './date-filters.ts'
import type { Handler } from './filter-handler.ts'
import { charged } from './filter-work.ts'
import { fromJson, toJson } from './json-filters.ts'
import { encodeJwt, hashing, signing } from './signing-filters.ts'

/** How many arguments a filter takes. LiquidJS passes over what is too much. */
export type Arity = readonly [least: number, most: number]

/** Liquid's own filters that are pure functions of their arguments. */
const pure: Readonly<Record<string, Arity>> = {
  // text
  append: [1, 1],
  prepend: [1, 1],
  upcase: [0, 0],
  downcase: [0, 0],
  capitalize: [0, 0],
  strip: [0, 1],
  lstrip: [0, 1],
  rstrip: [0, 1],
  strip_newlines: [0, 0],
  squish: [0, 0],
  normalize_whitespace: [0, 0],
  replace: [2, 2],
  replace_first: [2, 2],
  replace_last: [2, 2],
  remove: [1, 1],
  remove_first: [1, 1],
  remove_last: [1, 1],
  split: [1, 1],
  truncate: [0, 2],
  truncatewords: [0, 2],
  number_of_words: [0, 1],
  array_to_sentence_string: [0, 1],
  slugify: [0, 2],
  escape: [0, 0],
  escape_once: [0, 0],
  xml_escape: [0, 0],
  strip_html: [0, 0],
  newline_to_br: [0, 0],
  url_encode: [0, 0],
  url_decode: [0, 0],
  cgi_escape: [0, 0],
  uri_escape: [0, 0],
  base64_encode: [0, 0],
  base64_decode: [0, 0],
  // numbers
  abs: [0, 0],
  at_least: [1, 1],
  at_most: [1, 1],
  ceil: [0, 0],
  floor: [0, 0],
  round: [0, 1],
  plus: [1, 1],
  minus: [1, 1],
  times: [1, 1],
  divided_by: [1, 2],
  modulo: [1, 1],
  to_integer: [0, 0],
  // lists
  size: [0, 0],
  first: [0, 0],
  last: [0, 0],
  join: [0, 1],
  concat: [1, 1],
  push: [1, 1],
  pop: [0, 0],
  shift: [0, 0],
  unshift: [1, 1],
  slice: [1, 2],
  reverse: [0, 0],
  sort: [0, 1],
  sort_natural: [0, 1],
  uniq: [0, 0],
  compact: [0, 0],
  map: [1, 1],
  sum: [0, 1],
  where: [1, 2],
  reject: [1, 2],
  find: [1, 2],
  find_index: [1, 2],
  has: [1, 2],
  group_by: [1, 1],
  // anything
  default: [1, 1],
}

/** Pure once their input is (`pureDate`). */
const dates: Readonly<Record<string, Arity>> = {
  date: [0, 2],
  date_to_xmlschema: [0, 0],
  date_to_rfc822: [0, 0],
  date_to_string: [0, 2],
  date_to_long_string: [0, 2],
}

const ours: Readonly<Record<string, { readonly arity: Arity; readonly handler: Handler }>> = {
  from_json: { arity: [0, 0], handler: handler((value, _, meter) => fromJson(value, meter)) },
  json: { arity: [0, 0], handler: handler((value, _, meter) => toJson(value, meter)) },
  tojson: { arity: [0, 0], handler: handler((value, _, meter) => toJson(value, meter)) },
  json_encode: { arity: [0, 0], handler: handler((value, _, meter) => toJson(value, meter)) },
  base64url_encode: { arity: [0, 0], handler: handler(base64UrlEncode) },
  sha1: { arity: [0, 0], handler: handler(hashing('sha1')) },
  sha256: { arity: [0, 0], handler: handler(hashing('sha256')) },
  sha512: { arity: [0, 0], handler: handler(hashing('sha512')) },
  hmac_sha1: {
    arity: [1, 2],
    handler: handler(signing('sha1')),
  },
  hmac_sha256: {
    arity: [1, 2],
    handler: handler(signing('sha256')),
  },
  hmac_sha512: {
    arity: [1, 2],
    handler: handler(signing('sha512')),
  },
  jwt_encode: { arity: [2, 3], handler: handler(encodeJwt) },
  plain: { arity: [0, 0], handler: textFilter(requirePlain) },
}

/** By themselves they give complete literals; where an output stands between quotes, `fit-outputs.ts` says so. */
const quoting = [...innerLanguages.values()].map(({ name, quote }) => [name, textFilter(quote)] as const)

/** Filters whose result is a complete JSON value. */
export const jsonFilters: readonly string[] = ['json', 'tojson', 'json_encode']

/** Filters that read the time when their input says so. */
export const dateFilters: readonly string[] = Object.keys(dates)

/**
 * Filters whose first argument LiquidJS parses when rendering: it must be a literal, for data is never code.
 */
export const propertyFilters: readonly string[] = ['where', 'reject', 'find', 'find_index', 'has', 'group_by']

/** Every filter that a template may use. `raw` does nothing but forbid the encoding after it. */
export const filterArities: ReadonlyMap<string, Arity> = new Map([
  ...Object.entries(pure),
  ...Object.entries(dates),
  ...Object.entries(ours).map(([name, { arity }]) => [name, arity] as const),
  ...quoting.map(([name]) => [name, [0, 0] as const] as const),
  ['raw', [0, 0]],
])

/** The filters themselves, for an engine. */
export function* filterImplementations(): Generator<readonly [string, FilterImplOptions]> {
  for (const name of Object.keys(pure)) {
    yield [name, propertyFilters.includes(name) ? comparing(builtIn(name)) : builtIn(name)]
  }
  for (const name of Object.keys(dates)) {
    const liquidFilter = builtIn(name)
    const pureFilter: Handler = function (value, ...args) {
      return liquidFilter.call(this, pureDate(value), ...args)
    }
    yield [name, pureFilter]
  }
  for (const [name, { handler: filter }] of Object.entries(ours)) yield [name, filter]
  yield* quoting
  yield ['raw', (value: unknown) => value]
}

/**
 * LiquidJS takes a missing value to compare with for none, and gives every item that has the property at all: a list
 * that was to be cut to one's own would be whole. A missing value is nothing, which no item's value equals.
 */
function comparing(filter: Handler): Handler {
  return function (value, property, ...expected) {
    return filter.call(this, value, property, ...expected.map((one) => (one === undefined ? null : one)))
  }
}

function handler(filter: (value: unknown, args: readonly unknown[], meter: Meter) => unknown): Handler {
  return function (value, ...args) {
    return filter(value, args, this.context.memoryLimit)
  }
}

/** A filter that is a function of a text. */
export function textFilter(write: (text: string) => string): Handler {
  return handler((value, _, meter) => {
    const text = toText(value, meter)
    meter.use(text.length)
    return write(text)
  })
}

function base64UrlEncode(value: unknown, _: readonly unknown[], meter: Meter): string {
  const text = toText(value, meter)
  meter.use(text.length)
  return Buffer.from(text, 'utf8').toString('base64url')
}

function builtIn(name: string): Handler {
  const filter = Object.hasOwn(liquidFilters, name) ? liquidFilters[name] : undefined
  if (typeof filter !== 'function') throw new Error(`LiquidJS has no filter ${name}`)
  return charged(name, filter as Handler)
}
