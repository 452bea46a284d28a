import { type HeaderList, headerValue } from '../messages/header-list.ts'
import type { StoredAnswer } from '../ports/ports.ts'
import { passingHeaders, withoutBodyHeaders } from '../responding/response-headers.ts'
import { withoutValidators } from '../responding/validators.ts'
import { plain } from '../secrecy/masked-text.ts'
import type { Missed, PreparedHeader } from '../steps/exchange.ts'
import { httpDate } from './http-date.ts'

/** What of an API's headers decides on caching. */
const decisive = new Set([
  'cache-control',
  'expires',
  'pragma',
  'vary',
  'etag',
  'last-modified',
  'age',
  'date',
  'set-cookie',
])

/** True of one message only: what a 304 does not repeat is over. */
const ofOneMessage = new Set(['age', 'date', 'set-cookie'])

/** The headers of an API's answer that caching depends on. */
export function decisiveHeaders(headers: HeaderList): HeaderList {
  return headers.filter(([name]) => decisive.has(name))
}

/** Headers that ask whether a stored answer still holds (RFC 9111 §4.3.1); none where it has no validator. */
export function conditionsOf({ said }: StoredAnswer): readonly PreparedHeader[] {
  const [etag, lastModified] = [headerValue(said, 'etag'), headerValue(said, 'last-modified')]
  const conditions: PreparedHeader[] = []
  if (etag !== undefined) conditions.push(condition('If-None-Match', etag))
  if (lastModified !== undefined) conditions.push(condition('If-Modified-Since', lastModified))
  return conditions
}

/** A validator belongs to the API that gave it: no host that it redirects to has a use for it. */
function condition(name: string, value: string): PreparedHeader {
  return { name, value: plain(value), confidential: true }
}

/** The request without asking whether what is stored still holds. */
export function withoutConditions(missed: Missed): Missed {
  if (missed.cache.kind === 'none') return missed
  const names = new Set(['If-None-Match', 'If-Modified-Since'])
  return {
    ...missed,
    headers: missed.headers.filter(({ name }) => !names.has(name)),
    cache: { ...missed.cache, conditional: false },
  }
}

/** Whether a 304 speaks of the stored answer (RFC 9111 §4.3.4). */
export function confirms(headers: HeaderList, { said }: StoredAnswer): boolean {
  const [given, stored] = [headerValue(headers, 'etag'), headerValue(said, 'etag')]
  return given === undefined || stored === undefined || opaque(given) === opaque(stored)
}

function opaque(etag: string): string {
  return etag.replace(/^W\//, '')
}

/**
 * A stored answer's headers after a 304: what the API says now, and what it said before where it is silent. Fields that
 * describe the content keep the stored content's values: a 304 sends none, and frameworks put their defaults there.
 */
export function headersAfter304(
  stored: StoredAnswer,
  headers: HeaderList,
  options: {
    readonly receivedAtMs: number
    /** Whether what the 304 says of the bytes is not to be passed on: what was said when they came stays. */
    readonly keepsValidators: boolean
  },
): Pick<StoredAnswer, 'headers' | 'said'> {
  const fitting = passingHeaders(headers).filter(([name]) => !name.startsWith('content-'))
  const said = options.keepsValidators ? withoutValidators(fitting) : fitting
  const now = stored.transformed ? withoutBodyHeaders(said) : said
  const given = replaced(stored.headers, withDate(now, options.receivedAtMs))
  const lasting = stored.said.filter(([name]) => !ofOneMessage.has(name))
  return { headers: given, said: replaced(lasting, decisiveHeaders(headers)) }
}

/** RFC 9110 §6.6.1: an answer without a date gets the one of its arrival. */
export function withDate(headers: HeaderList, receivedAtMs: number): HeaderList {
  return headers.some(([name]) => name === 'date') ? headers : [...headers, ['date', httpDate(receivedAtMs)]]
}

function replaced(before: HeaderList, now: HeaderList): HeaderList {
  const names = new Set(now.map(([name]) => name))
  return [...before.filter(([name]) => !names.has(name)), ...now]
}
