import { createHash, createHmac } from 'node:crypto'
import { RenderFailure } from '../evaluate/render-error.ts'
import { type Meter, toText } from '../positions/escaping/escape.ts'
import { isRecord } from '../values/lists.ts'
import type { FilterRun } from './filter-run.ts'

type Algorithm = 'sha1' | 'sha256' | 'sha512'

/** JOSE header fields that decide how a token is verified (RFC 7515 §4.1): no template may choose them. */
const fixedHeaderFields = ['alg', 'crit', 'b64', 'jku', 'jwk', 'x5u', 'x5c']

/** `| sha256`: hex. */
export function hashing(algorithm: Algorithm): FilterRun {
  return (value, _, meter) => {
    const text = toText(value, meter)
    meter.use(text.length)
    return createHash(algorithm).update(text, 'utf8').digest('hex')
  }
}

/** `| hmac_sha256: key`: hex, or base64 with `: key, 'base64'`. */
export function signing(algorithm: Algorithm): FilterRun {
  return (value, [key, encoding], meter) => {
    const text = toText(value, meter)
    meter.use(text.length)
    const hmac = createHmac(algorithm, requireKey(key, meter)).update(text, 'utf8')
    return hmac.digest(encoding === 'base64' ? 'base64' : 'hex')
  }
}

/** `| jwt_encode: key, 'HS256', headers`: a signed token (RFC 7515 §3.1, compact). */
export function encodeJwt(claims: unknown, args: readonly unknown[], meter: Meter): string {
  const [key, algorithm, headers = {}] = args
  if (algorithm !== 'HS256') throw new RenderFailure('filter', "jwt_encode signs with 'HS256'.")
  if (!isRecord(claims)) {
    throw new RenderFailure(
      'filter',
      'The claims of jwt_encode are a JSON object: write | from_json before it.',
    )
  }
  if (!isRecord(headers) || fixedHeaderFields.some((field) => Object.hasOwn(headers, field))) {
    throw new RenderFailure(
      'filter',
      `The headers of jwt_encode are a JSON object without ${fixedHeaderFields.join(', ')}.`,
    )
  }
  const input = `${encodePart({ typ: 'JWT', ...headers, alg: 'HS256' })}.${encodePart(claims)}`
  meter.use(input.length)
  return `${input}.${createHmac('sha256', requireKey(key, meter)).update(input).digest('base64url')}`
}

function encodePart(part: object): string {
  return Buffer.from(JSON.stringify(part), 'utf8').toString('base64url')
}

/** A signature with an empty key says nothing. */
function requireKey(key: unknown, meter: Meter): string {
  const text = toText(key, meter)
  if (text === '') throw new RenderFailure('filter', 'The key of a signature is empty.')
  return text
}
