import { CompileFailure } from '../analysis/failure.ts'
import type { Segment } from '../dialects/liquid/lexer.ts'

// What stands for an output and for a tag while the literal text around them is looked at.
const output = '\ue000'
const tag = '\ue001'
const base = 'https://target.invalid'

const literalDotSegment = /^(?:\.|%2e){1,2}(?:(?:;|%3b).*)?$/i
/** An API may undo an encoded separator before it looks for dot segments, and servlets cut at `;`. */
const dotSegment = /^\.{1,2}(?:;.*)?$/
/** What can decode to a separator, a dot or a control character; most paths hold none. */
const suspicious = /\/\.|\\|%(?:2e|2f|5c|3b|[01]|7f)/i
const encodedControl = /%(?:[01][0-9a-f]|7f)/i
/** A key before whose `=` an output stands. */
const computedKey = /(?:^\?|&)\ue001*[^=&\ue001]*\ue000/

const refusedCharacters: readonly (readonly [RegExp, string])[] = [
  [/#/, 'A URL that is called has no fragment: remove # and what follows it, or write %23.'],
  [/\\/, 'A URL cannot hold a backslash: write / or %5C.'],
  [
    /[\x00-\x20\x7f]/,
    'A URL cannot hold spaces and control characters: use a query parameter, which is encoded for you.',
  ],
  [/[^\x00-\x7f]/, 'A URL is written in ASCII: percent-encode this character, or use a query parameter.'],
  [
    /%(?![0-9A-Fa-f]{2})/,
    'A % in a URL is followed by two hexadecimal digits: write %25 for the character itself.',
  ],
  [/[{}]/, 'Braces are not valid in a URL: write {{ pathParams.name }} for a path parameter.'],
]

/** What the table above has no advice of its own for. */
const otherCharacter = /[^A-Za-z0-9\-._~%!$&'()*+,;=:@/?#\\{}\x00-\x20\x7f-\uffff]/g

/** The literal text of a target, with one character for each output and tag. */
export function literalsOf(source: string, segments: readonly Segment[], begin: number): string {
  const parts = segments.map((segment) => {
    if (segment.end <= begin) return ''
    if (segment.kind === 'text') return source.slice(Math.max(segment.begin, begin), segment.end)
    return segment.kind === 'output' ? output : tag
  })
  return parts.join('')
}

/** What is wrong with the literal text of a target. */
export function* checkTargetLiterals(
  source: string,
  segments: readonly Segment[],
  begin: number,
): Generator<CompileFailure> {
  let isClean = true
  let inQuery = false
  for (const segment of segments) {
    if (segment.kind !== 'text' || segment.end <= begin) continue
    const from = Math.max(segment.begin, begin)
    const text = source.slice(from, segment.end)
    for (const [pattern, advice] of refusedCharacters) {
      const found = text.search(pattern)
      if (found === -1) continue
      isClean = false
      yield new CompileFailure('INVALID_URL', advice, from + found)
    }
    const queryBegin = inQuery ? 0 : text.indexOf('?')
    const looked = new Set<string>()
    for (const { 0: char, index } of text.matchAll(otherCharacter)) {
      const shown = (queryBegin !== -1 && queryBegin <= index ? '/?' : '/') + char
      if (looked.has(shown)) continue
      looked.add(shown)
      if (isStable(shown)) continue
      isClean = false
      yield new CompileFailure('INVALID_URL', adviceForCharacter(char), from + index)
    }
    inQuery ||= text.includes('?')
  }
  const refusal = isClean ? refuseLiterals(literalsOf(source, segments, begin)) : undefined
  if (refusal !== undefined) yield new CompileFailure('INVALID_URL', refusal, begin)
}

function adviceForCharacter(char: string): string {
  const encoded = `%${char.charCodeAt(0).toString(16).toUpperCase()}`
  return `The character ${char} is not valid in a URL: write ${encoded}, or use a query parameter, which is encoded for you.`
}

function refuseLiterals(literals: string): string | undefined {
  const path = pathOf(literals)
  if (path.split('/').some((segment) => literalDotSegment.test(segment))) {
    return 'A path cannot hold the segments . and .. in any spelling: write the path without them.'
  }
  if (/^\/\ue001*\//.test(path)) return 'A path begins with one slash.'
  if (computedKey.test(literals.slice(path.length))) {
    return 'The key of a query parameter is literal: write the template after its =.'
  }
  if (isStable(withSlash(asSent(literals.replaceAll(output, 'x').replaceAll(tag, ''))))) return undefined
  return 'This URL is not sent as it is written: write it as a browser shows it in its address bar.'
}

/**
 * Every key, as written, that the literal text of a target can give its query string. Text between tags may or
 * may not be a key: it counts.
 */
export function literalKeys(literals: string): ReadonlySet<string> {
  const keys = new Set<string>()
  for (const part of literals.slice(pathOf(literals).length + 1).split(/[&\ue001]\??/)) {
    const key = keyOf(part)
    if (key !== '' && !key.includes(output)) keys.add(key)
  }
  return keys
}

/**
 * Why a rendered target cannot be sent: its path must have the segments that it seems to have, and its query
 * the keys that the definition wrote.
 */
export function refuseTarget(target: string, keys: ReadonlySet<string>): string | undefined {
  if (!target.startsWith('/') || target.startsWith('//')) {
    return 'A value leaves an empty first segment: a path begins with one slash.'
  }
  const path = pathOf(target)
  if (suspicious.test(path)) {
    const decoded = path
      .replace(/%2e/gi, '.')
      .replace(/%2f/gi, '/')
      .replace(/%5c/gi, '\\')
      .replace(/%3b/gi, ';')
    if (decoded.includes('\\') || encodedControl.test(path)) {
      return 'A value puts a backslash or a control character into the path.'
    }
    if (decoded.split('/').some((segment) => dotSegment.test(segment)))
      return 'A value makes a dot segment in the path.'
  }
  if (target.includes('#') || !isStable(target)) return 'A value changes the URL around it.'
  if (path.length + 1 < target.length && hasOtherKey(target.slice(path.length + 1), keys)) {
    return 'A value makes a query parameter that the URL does not name.'
  }
  return undefined
}

/**
 * A target as it is sent. RFC 3986 §3.4 allows `'` in a query; URL parsing (URL §4.4) writes it as `%27` there, which
 * means the same.
 */
export function asSent(target: string): string {
  if (!target.includes("'")) return target
  const path = pathOf(target)
  return path + target.slice(path.length).replaceAll("'", '%27')
}

/** RFC 3986 §6.2.3: an empty path is `/`. */
export function withSlash(target: string): string {
  return target.startsWith('/') ? target : `/${target}`
}

/** Characters that URL parsing leaves alone in paths and queries alike (URL §1.3, §4.4). */
const untouched = /^[A-Za-z0-9\-._~%!$&()*+,;=:@/?]*$/

/** Whether URL parsing gives back exactly the same target; only dot segments and other characters need a parser. */
function isStable(target: string): boolean {
  if (untouched.test(target) && !target.includes('/.') && !/%2e/i.test(target)) return true
  return URL.parse(base + target)?.href === base + target
}

function hasOtherKey(query: string, keys: ReadonlySet<string>): boolean {
  for (const part of query.includes('&') ? query.split('&') : [query]) {
    const key = keyOf(part)
    if (key !== '' && !keys.has(key)) return true
  }
  return false
}

function keyOf(part: string): string {
  const end = part.indexOf('=')
  return end === -1 ? part : part.slice(0, end)
}

function pathOf(target: string): string {
  const end = target.indexOf('?')
  return end === -1 ? target : target.slice(0, end)
}
