import type { PathParameter } from '@sluice/connector-schema'

const segmentAlphabet = /^[A-Za-z0-9._~-]{1,200}$/
const neverInAPath = /[\p{Cc}\\]/u
// Servlets cut a segment at `;` before they look at it.
const dotSegment = /^(?:\.|%2e){1,2}(?:(?:;|%3b).*)?$/is

/**
 * Why a value cannot stand in a path, or `undefined` where it can (spec: `path_parameters`). No format lets a
 * dot segment through, in any spelling, also one that appears only after an API decodes `%2F` or `%2E`.
 */
export function invalidPathValue(value: string, format: PathParameter['format']): string | undefined {
  if (value === '') return 'is empty'
  if (format === 'segment') {
    if (!segmentAlphabet.test(value)) return 'may have 1 to 200 letters, digits and . _ ~ - only'
    return value === '.' || value.includes('..') ? 'is or holds a dot segment' : undefined
  }
  if (!value.isWellFormed()) return 'is not well-formed Unicode'
  if (neverInAPath.test(value)) return 'holds a control character or a backslash'
  return holdsDotSegment(value) ? 'is or holds a dot segment' : undefined
}

function holdsDotSegment(value: string): boolean {
  return value.split(/\/|%2f|%5c/i).some((segment) => dotSegment.test(segment))
}
