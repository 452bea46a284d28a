import { ProblemError } from '@sluice/connector-schema'
import type { HeaderList } from './header-list.ts'

/** Response fields that have one value (RFC 9110, RFC 9111 §5, RFC 6266): no list, so repeats cannot be joined. */
const singletons = [
  'age',
  'content-disposition',
  'content-length',
  'content-location',
  'content-range',
  'content-type',
  'date',
  'deprecation',
  'etag',
  'expires',
  'last-modified',
  'location',
  'retry-after',
  'sunset',
]

/** Each field as one bit: whether one came before costs no memory. */
const bits: ReadonlyMap<string, number> = new Map(singletons.map((name, index) => [name, 1 << index]))

/** Numbers, which some proxies join where a field came twice (RFC 9110 §8.6). */
const numeric = new Set(['age', 'content-length', 'retry-after'])
const sameNumbers = /^([0-9]+)(?:[ \t]*,[ \t]*\1)+$/

/**
 * Headers in which no field of one value is repeated: equal values count as one.
 *
 * @throws ProblemError `UPSTREAM_PROTOCOL_ERROR` where the values differ: whoever reads the other one is deceived
 */
export function withSingleValues(headers: HeaderList): HeaderList {
  let seen = 0
  for (const [name, value] of headers) {
    const bit = bits.get(name)
    if (bit === undefined) continue
    if ((seen & bit) !== 0 || (numeric.has(name) && value.includes(','))) return merged(headers)
    seen |= bit
  }
  return headers
}

function merged(headers: HeaderList): HeaderList {
  const values = new Map<string, string>()
  const kept: (readonly [string, string])[] = []
  for (const [name, given] of headers) {
    const value = numeric.has(name) ? (sameNumbers.exec(given)?.[1] ?? given) : given
    const former = bits.has(name) ? values.get(name) : undefined
    if (former === undefined) kept.push([name, value])
    else if (former !== value) throw contradictory(name)
    values.set(name, value)
  }
  return kept
}

function contradictory(name: string): ProblemError {
  return new ProblemError('UPSTREAM_PROTOCOL_ERROR', {
    detail: `The API sent the header ${name} more than once, with different values.`,
    stage: 'send',
  })
}
