import { createHmac, type KeyObject } from 'node:crypto'
import { digestParts } from '../caching/digest.ts'
import type { HeaderList } from '../messages/header-list.ts'
import type { Validators } from '../steps/exchange.ts'

const ofBody: ReadonlySet<string> = new Set([
  'etag',
  'last-modified',
  'content-length',
  'content-md5',
  'digest',
])

/**
 * The headers that a caller gets where what they tell of the API's bytes could tell something of a secret in them: a
 * hash of a body lets someone try out what the rest of it is (spec/04, "Validators").
 */
export function withValidators(
  headers: HeaderList,
  validators: Validators,
  keySecret: KeyObject,
): (readonly [string, string])[] {
  if (validators === 'pass') return [...headers]
  return headers.flatMap(([name, value]) => {
    if (name === 'etag' && validators === 'hashed') return [[name, hashedTag(value, keySecret)] as const]
    return tellsOfBody(name) ? [] : [[name, value] as const]
  })
}

/** Headers without all that tell something of the API's bytes. */
export function withoutValidators(headers: HeaderList): (readonly [string, string])[] {
  return headers.filter(([name]) => !tellsOfBody(name))
}

function tellsOfBody(name: string): boolean {
  return ofBody.has(name) || name.endsWith('-digest')
}

/** Equal where the API's are, so that it still validates (RFC 9110 §8.8.3), and otherwise without meaning. */
function hashedTag(etag: string, keySecret: KeyObject): string {
  const weak = etag.startsWith('W/') ? 'W/' : ''
  const digest = digestParts(createHmac('sha256', keySecret), [['etag'], [etag]])
  return `${weak}"${digest.slice(0, 27)}"`
}
