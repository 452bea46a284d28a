import { CompileFailure } from '../analysis/failure.ts'
import { type Position, positionAt } from '../analysis/position.ts'
import { ExpressionReader } from '../dialects/liquid/expression.ts'
import type { MarkerSegment, Segment } from '../dialects/liquid/lexer.ts'
import { TemplateRenderError } from '../evaluate/render-error.ts'
import type { Call, Filtered } from '../tree/expressions.ts'
import type { TemplateValues } from '../types.ts'
import { isLabel, normaliseHost, normaliseOrigin, type Scheme } from './url-host.ts'

/** The origin of a URL, and where its target begins. */
export interface Origin {
  readonly scheme: Scheme | undefined
  readonly literalHost: string | undefined
  readonly variables: ReadonlyMap<string, { readonly required: boolean }>
  readonly targetBegin: number
  render(values: TemplateValues): string
}

/** A variable that names the host, or a part of it. */
interface HostVariable {
  readonly name: string
  readonly otherwise: string | undefined
  readonly position: Position
}

/** Where the host stands in the source. */
interface HostSpot {
  readonly scheme: Scheme
  readonly begin: number
  readonly targetBegin: number
}

/** Makes an origin of a variable's value; nothing where it does not leave a valid one. */
type Assemble = (value: string) => string | undefined

const schemePattern = /^(https?):\/\//i
const hostEnd = /[/?#\\]/

/**
 * Reads everything before a URL's path.
 *
 * @throws CompileFailure when anything but a variable could name the host
 */
export function readOrigin(source: string, segments: readonly Segment[]): Origin {
  const [first] = segments
  if (first !== undefined && first.kind !== 'text' && first.begin === 0)
    return variableOrigin(source, first, segments[1])
  const prefix = schemePattern.exec(source)?.[0]
  if (prefix === undefined) {
    throw new CompileFailure(
      'INVALID_URL',
      "A URL begins with https://, or with {{ get_variable('name') }} for the whole origin.",
      0,
    )
  }
  const scheme: Scheme = prefix.toLowerCase() === 'http://' ? 'http' : 'https'
  const targetBegin = findTarget(source, segments, prefix.length)
  const markers = segments.filter((segment) => segment.kind !== 'text' && segment.begin < targetBegin)
  const [marker, second] = markers as MarkerSegment[]
  const spot: HostSpot = { scheme, begin: prefix.length, targetBegin }
  if (marker === undefined) return literalOrigin(source, spot)
  if (second !== undefined) {
    throw new CompileFailure(
      'INVALID_URL',
      'Only one variable may stand in the host: store the whole host in it.',
      second.begin,
    )
  }
  return hostWithVariable(source, marker, spot)
}

/** The host ends at the first delimiter that is literal text. */
function findTarget(source: string, segments: readonly Segment[], begin: number): number {
  for (const segment of segments) {
    if (segment.kind !== 'text') continue
    const from = Math.max(segment.begin, begin)
    const found = source.slice(from, segment.end).search(hostEnd)
    if (found !== -1) return from + found
  }
  return source.length
}

function literalOrigin(source: string, { scheme, begin, targetBegin }: HostSpot): Origin {
  const text = source.slice(begin, targetBegin)
  const host = normaliseHost(text, scheme)
  if (host === undefined) throw new CompileFailure('INVALID_URL', adviceForHost(text), begin)
  const origin = `${scheme}://${host}`
  return { scheme, literalHost: host, variables: new Map(), targetBegin, render: () => origin }
}

function variableOrigin(source: string, marker: MarkerSegment, next: Segment | undefined): Origin {
  if (
    next !== undefined &&
    !(next.kind === 'text' && next.begin === marker.end && source[next.begin] === '/')
  ) {
    throw new CompileFailure(
      'INVALID_URL',
      'After a variable that gives the whole origin comes the path: write / after it.',
      marker.end,
    )
  }
  return fromVariable(source, marker, {
    scheme: undefined,
    targetBegin: marker.end,
    assemble: normaliseOrigin,
  })
}

function hostWithVariable(
  source: string,
  marker: MarkerSegment,
  {
    scheme,
    begin,
    targetBegin,
  }: { readonly scheme: Scheme; readonly begin: number; readonly targetBegin: number },
): Origin {
  const before = source.slice(begin, marker.begin)
  const after = source.slice(marker.end, targetBegin)
  const isWhole = before === '' && /^(?::\d{1,5})?$/.test(after)
  const isOneLabel = (before === '' || before.endsWith('.')) && /^\.[^.:]/.test(after)
  if (!isWhole && !isOneLabel) {
    const advice =
      'A variable stands for the whole host, or for one label that is not the last: store the whole label in it.'
    throw new CompileFailure('INVALID_URL', advice, marker.begin)
  }
  const assemble: Assemble = (value) => {
    if (isOneLabel && !isLabel(value)) return undefined
    const host = normaliseHost(before + value + after, scheme)
    return host === undefined ? undefined : `${scheme}://${host}`
  }
  if (isOneLabel && assemble('label') === undefined) {
    throw new CompileFailure('INVALID_URL', adviceForHost(`${before}label${after}`), begin)
  }
  return fromVariable(source, marker, { scheme, targetBegin, assemble })
}

function fromVariable(
  source: string,
  marker: MarkerSegment,
  {
    scheme,
    targetBegin,
    assemble,
  }: { readonly scheme: Scheme | undefined; readonly targetBegin: number; readonly assemble: Assemble },
): Origin {
  const { name, otherwise, position } = readVariable(source, marker)
  if (otherwise !== undefined && assemble(otherwise) === undefined) {
    throw new CompileFailure('INVALID_URL', 'The default does not leave a valid host.', marker.begin)
  }
  return {
    scheme,
    literalHost: undefined,
    variables: new Map([[name, { required: otherwise === undefined }]]),
    targetBegin,
    render({ variables }) {
      // As Liquid's default: an empty value counts as none.
      const value = variables.get(name) || (otherwise ?? variables.get(name))
      if (value === undefined) {
        throw new TemplateRenderError('missing', `The variable \`${name}\` is not there.`, position)
      }
      const origin = assemble(value)
      if (origin !== undefined) return origin
      throw new TemplateRenderError('host', `The variable \`${name}\` does not leave a valid host.`, position)
    },
  }
}

function readVariable(source: string, marker: MarkerSegment): HostVariable {
  const advice =
    "Only {{ get_variable('name') }} may stand in the host, with | default: 'literal' if need be."
  if (marker.kind === 'tag') throw new CompileFailure('INVALID_URL', advice, marker.begin)
  const { value, filters } = new ExpressionReader(source, marker.contentBegin, marker.contentEnd).filtered()
  const otherwise = readDefault(filters)
  if (!isVariable(value) || otherwise === null)
    throw new CompileFailure('NOT_ALLOWED_HERE', advice, marker.begin)
  return { name: String(value.argument), otherwise, position: positionAt(source, marker.begin) }
}

function isVariable(value: Filtered['value']): value is Call {
  return value.kind === 'call' && value.name === 'get_variable'
}

/** The fallback; `null` for filters that are anything else. */
function readDefault([filter, ...others]: Filtered['filters']): string | undefined | null {
  if (filter === undefined) return undefined
  const [literal, ...more] = filter.arguments
  const isDefault =
    filter.name === 'default' && filter.named.size === 0 && others.length === 0 && more.length === 0
  return isDefault && literal?.kind === 'literal' && typeof literal.value === 'string' ? literal.value : null
}

function adviceForHost(text: string): string {
  if (text.includes('@')) return 'A URL cannot hold a user name or password: use the authentication for them.'
  if (text.includes('%')) return 'A host cannot hold %: write its characters themselves.'
  if (/[^\x21-\x7e]/.test(text))
    return 'A host is written in ASCII, without spaces: write an international name as xn--….'
  return 'The host is not valid: write it as api.example.com, or with a port as api.example.com:8443.'
}
