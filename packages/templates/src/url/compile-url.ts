import { CompileFailure, collecting, toDiagnostics } from '../analysis/failure.ts'
import { type Position, positionAt } from '../analysis/position.ts'
import { compileSource } from '../compile.ts'
import { lex, type Segment } from '../dialects/liquid/lexer.ts'
import { TemplateRenderError } from '../evaluate/render-error.ts'
import type {
  CompiledTemplate,
  CompiledUrl,
  Findings,
  PathParameterFormat,
  TemplateDiagnostic,
  Uses,
} from '../types.ts'
import { type Origin, readOrigin } from './url-origin.ts'
import {
  asSent,
  checkTargetLiterals,
  literalKeys,
  literalsOf,
  refuseTarget,
  withSlash,
} from './url-target.ts'

/** What a `url` may refer to. */
export interface CompileUrlOptions {
  /** The connector's path parameters by key; no other may be referenced. */
  readonly pathParameters: ReadonlyMap<string, PathParameterFormat>
}

interface UrlParts {
  readonly origin: Origin
  readonly segments: readonly Segment[]
}

/**
 * Compiles a connector's `url`: its origin, which no value but a variable can touch, and its target.
 */
export function compileUrl(
  source: string,
  { pathParameters }: CompileUrlOptions,
): Findings & { readonly url: CompiledUrl | undefined } {
  const failures: CompileFailure[] = []
  const parts = readParts(source, failures)
  const targetBegin = parts?.origin.targetBegin ?? 0
  const options = { place: 'url', pathParameters } as const
  const { template, errors: targetErrors, warnings } = compileSource(blank(source, targetBegin), options)
  const isJinja = targetErrors.some(({ code }) => code === 'JINJA_TEMPLATE')
  const errors = isJinja ? targetErrors : merge(toDiagnostics(source, failures), targetErrors)
  const isSound = errors.length === 0 && parts !== undefined && template !== undefined
  return { url: isSound ? createUrl(source, parts, template) : undefined, errors, warnings }
}

/** The origin, and what is wrong with the literal text of both parts. */
function readParts(source: string, failures: CompileFailure[]): UrlParts | undefined {
  let parts: UrlParts | undefined
  collecting(failures, () => {
    const segments = lex(source)
    const origin = readOrigin(source, segments)
    parts = { origin, segments }
    failures.push(...checkTargetLiterals(source, segments, origin.targetBegin))
    requireSlash(source, segments, origin.targetBegin)
  })
  return parts
}

function createUrl(source: string, { origin, segments }: UrlParts, template: CompiledTemplate): CompiledUrl {
  const { scheme, literalHost, targetBegin } = origin
  const keys = literalKeys(asSent(literalsOf(source, segments, targetBegin)))
  const firstMarker = segments.find((segment) => segment.kind !== 'text' && segment.begin >= targetBegin)
  const position = positionAt(source, firstMarker?.begin ?? 0)
  const constant =
    template.constant === undefined ? undefined : withSlash(asSent(template.constant.slice(targetBegin)))
  return {
    source,
    uses: { ...template.uses, variables: mergeVariables(template.uses, origin) },
    scheme,
    literalHost,
    queryKeys: [...keys].map(decodeKey),
    renderOrigin: (values) => origin.render(values),
    renderTarget: (values) =>
      constant ?? requireTarget(asSent(template.render(values).slice(targetBegin)), keys, position),
  }
}

function requireTarget(target: string, keys: ReadonlySet<string>, position: Position): string {
  const refusal = refuseTarget(target, keys)
  if (refusal !== undefined) throw new TemplateRenderError('place', refusal, position)
  return target
}

/** A template may begin only after the first slash of the path, or its value could move the host. */
function requireSlash(source: string, segments: readonly Segment[], targetBegin: number): void {
  const marker = segments.find((segment) => segment.kind !== 'text' && segment.end > targetBegin)
  if (marker !== undefined && source[targetBegin] !== '/') {
    throw new CompileFailure(
      'INVALID_URL',
      'A template may begin only after the first slash of the path: write / after the host.',
      marker.begin,
    )
  }
}

/** Same length and lines, so that positions are those of the author's text. */
function blank(source: string, end: number): string {
  return source.slice(0, end).replace(/[^\n]/g, ' ') + source.slice(end)
}

function mergeVariables(uses: Uses, { variables }: Origin): Uses['variables'] {
  const merged = new Map(uses.variables)
  for (const [name, { required }] of variables) {
    merged.set(name, { required: required || (merged.get(name)?.required ?? false) })
  }
  return merged
}

function decodeKey(key: string): string {
  const [decoded] = new URLSearchParams(key).keys()
  return decoded ?? key
}

/** In the order of the text; what both parts found is told once. */
function merge(
  first: readonly TemplateDiagnostic[],
  second: readonly TemplateDiagnostic[],
): readonly TemplateDiagnostic[] {
  const all = new Map(
    [...first, ...second].map((found) => [`${found.line}:${found.column} ${found.message}`, found]),
  )
  return [...all.values()].toSorted((a, b) => a.line - b.line || a.column - b.column)
}
