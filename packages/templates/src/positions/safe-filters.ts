import { innerLanguages } from '../embedded-languages/index.ts'

/** Filters that give only numbers, or only letters, digits and what no language takes for a sign. */
const inert: ReadonlySet<string> = new Set([
  'plain',
  'number',
  'abs',
  'at_least',
  'at_most',
  'ceil',
  'floor',
  'round',
  'plus',
  'minus',
  'times',
  'divided_by',
  'modulo',
  'to_integer',
  'size',
  'sum',
  'find_index',
  'number_of_words',
  'base64url_encode',
  'base64_url_safe_encode',
  'sha1',
  'sha256',
  'sha512',
])

/** Filters that encode for a language; which one fits is for the author to know. */
const encoding: ReadonlySet<string> = new Set([
  'json',
  'tojson',
  'json_encode',
  'escape',
  'escape_once',
  'xml_escape',
  'url_encode',
  'cgi_escape',
  'uri_escape',
  'base64_encode',
  'hmac_sha1',
  'hmac_sha256',
  'hmac_sha512',
  ...innerLanguages.keys(),
])

/** Whether what a filter gives cannot be read as more than a word or a number in any language. */
export function isInertFilter(name: string): boolean {
  return inert.has(name)
}

/** Whether ending with this filter is a decision on how the value is encoded; `raw` is one too. */
export function isEncodingFilter(name: string): boolean {
  return name === 'raw' || inert.has(name) || encoding.has(name)
}
