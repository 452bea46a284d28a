/**
 * What a filter takes as its input or an argument.
 *
 * - `text`: a number gives its digits; an object has no text
 * - `texts`: a list whose items are used as texts
 * - `number`: one that a double holds exactly
 * - `date`: Unix seconds or a text
 * - `list`: a list, its items as they are; one value is a list of one
 * - `sequence`: a list or a text
 * - `any`: whatever comes
 */
export type Kind = 'text' | 'texts' | 'number' | 'date' | 'list' | 'sequence' | 'any'

/** How many arguments a filter takes. */
export type Arity = readonly [least: number, most: number]

/** All that is known of a filter without running it. */
export interface FilterFacts {
  readonly arity: Arity
  readonly takes: Kind
  /** Of each argument; the last counts for all that follow. Texts where nothing is said. */
  readonly arguments?: readonly Kind[]
  /** What one item of a list costs, in units of about a tenth of a microsecond; one where nothing is said. */
  readonly weight?: number
  /** The first argument is the name of a property, and literal: data is never code. */
  readonly readsProperty?: true
  /** Gives a complete JSON value. */
  readonly givesJson?: true
}

const text = (least = 0, most = least, ...kinds: readonly Kind[]): FilterFacts => {
  return { arity: [least, most], takes: 'text', arguments: kinds }
}
const number = (least = 0, most = least, ...kinds: readonly Kind[]): FilterFacts => {
  return { arity: [least, most], takes: 'number', arguments: kinds.length > 0 ? kinds : ['number'] }
}
const list = (least = 0, most = least, ...kinds: readonly Kind[]): FilterFacts => {
  return { arity: [least, most], takes: 'list', arguments: kinds }
}
const comparing: FilterFacts = { ...list(1, 2, 'text', 'any'), readsProperty: true }
const any: FilterFacts = { arity: [0, 0], takes: 'any' }
const json: FilterFacts = { ...any, givesJson: true }
const date: FilterFacts = { arity: [0, 2], takes: 'date' }
const sequence: FilterFacts = { arity: [0, 0], takes: 'sequence' }

const table: Readonly<Record<string, FilterFacts>> = {
  // text
  append: text(1),
  prepend: text(1),
  upcase: text(),
  downcase: text(),
  capitalize: text(),
  strip: text(0, 1),
  lstrip: text(0, 1),
  rstrip: text(0, 1),
  strip_newlines: text(),
  squish: text(),
  normalize_whitespace: text(),
  replace: text(2),
  replace_first: text(2),
  replace_last: text(2),
  remove: text(1),
  remove_first: text(1),
  remove_last: text(1),
  split: text(1),
  truncate: text(0, 2, 'number', 'text'),
  truncatewords: text(0, 2, 'number', 'text'),
  number_of_words: text(0, 1),
  array_to_sentence_string: { arity: [0, 1], takes: 'texts' },
  slugify: text(0, 2, 'text', 'any'),
  escape: text(),
  escape_once: text(),
  xml_escape: text(),
  strip_html: text(),
  newline_to_br: text(),
  url_encode: text(),
  url_decode: text(),
  cgi_escape: text(),
  uri_escape: text(),
  base64_encode: text(),
  base64_decode: text(),
  base64url_encode: text(),
  base64_url_safe_encode: text(),
  base64_url_safe_decode: text(),
  // numbers
  abs: number(),
  at_least: number(1),
  at_most: number(1),
  ceil: number(),
  floor: number(),
  round: number(0, 1),
  plus: number(1),
  minus: number(1),
  times: number(1),
  divided_by: number(1, 2, 'number', 'any'),
  modulo: number(1),
  to_integer: any,
  // lists
  size: sequence,
  first: sequence,
  last: sequence,
  join: { arity: [0, 1], takes: 'texts' },
  concat: list(1, 1, 'list'),
  push: list(1, 1, 'any'),
  pop: list(),
  shift: list(),
  unshift: list(1, 1, 'any'),
  slice: { arity: [1, 2], takes: 'any', arguments: ['number'] },
  reverse: list(),
  sort: { ...list(0, 1), weight: 4 },
  sort_natural: { ...list(0, 1), weight: 6 },
  uniq: { ...list(0, 1), weight: 2 },
  compact: list(0, 1),
  map: list(1),
  sum: list(0, 1),
  where: comparing,
  reject: comparing,
  find: comparing,
  find_index: comparing,
  has: comparing,
  group_by: { ...list(1), weight: 2, readsProperty: true },
  // dates: pure once their input is
  date,
  date_to_xmlschema: { ...date, arity: [0, 0] },
  date_to_rfc822: { ...date, arity: [0, 0] },
  date_to_string: date,
  date_to_long_string: date,
  // JSON
  from_json: text(),
  json,
  tojson: json,
  json_encode: json,
  // hashes and signatures
  sha1: text(),
  sha256: text(),
  sha512: text(),
  hmac_sha1: text(1, 2),
  hmac_sha256: text(1, 2),
  hmac_sha512: text(1, 2),
  jwt_encode: { arity: [2, 3], takes: 'any', arguments: ['text', 'text', 'any'] },
  // languages inside values
  soql: text(),
  odata: text(),
  jql: text(),
  sysparm: text(),
  graphql: text(),
  plain: text(),
  number: { ...text(), givesJson: true },
  // anything
  default: { arity: [1, 1], takes: 'any', arguments: ['any'] },
  /** Does nothing but forbid the encoding after it. */
  raw: any,
}

/** Every filter that a template may use. */
export const filterTable: ReadonlyMap<string, FilterFacts> = new Map(Object.entries(table))

/** Whether a filter reads the time when its input says so. */
export function isDateFilter(name: string): boolean {
  return filterTable.get(name)?.takes === 'date'
}

/** Whether a filter's first argument is the name of a property, written as a literal. */
export function readsProperty(name: string): boolean {
  return filterTable.get(name)?.readsProperty === true
}

/** Whether what a filter gives is a complete JSON value. */
export function givesJson(name: string): boolean {
  return filterTable.get(name)?.givesJson === true
}
