import { ProblemError } from '@sluice/connector-schema'
import { headerValue } from '../messages/header-list.ts'
import type { UpstreamAnswer, UpstreamRequest } from '../ports/ports.ts'
import { bearsSecret } from '../secrecy/masked-text.ts'
import type { Missed } from '../steps/exchange.ts'

/** How many redirects one exchange follows. */
export const maxRedirects = 3

const redirectStatuses = new Set([301, 302, 303, 307, 308])

/** Where a request goes next, and whether it still may bear credentials. */
export interface Hop {
  readonly url: URL
  readonly method: string
  readonly keepsBody: boolean
  readonly keepsCredentials: boolean
}

/**
 * Decides on a redirect (spec: Egress, Redirects): to the same origin it is followed, to a host of
 * `redirect_hosts` without any credential, anywhere else it is refused.
 *
 * @returns `undefined` where the answer is no redirect: it passes to the widget as it is
 * @throws ProblemError `UPSTREAM_REDIRECT`
 */
export function nextHop(answer: UpstreamAnswer, request: UpstreamRequest, missed: Missed): Hop | undefined {
  const { connector } = missed.call
  const location = headerValue(answer.headers, 'location')
  if (!redirectStatuses.has(answer.status) || location === undefined) return undefined
  if (!URL.canParse(location, request.url.href)) throw refused(answer.status)
  const url = new URL(location, request.url)
  url.hash = ''
  if (url.username !== '' || url.password !== '') throw refused(answer.status)
  const sameOrigin = url.origin === request.url.origin
  if (!sameOrigin && (!connector.redirectHosts.has(url.hostname) || bears(url, missed))) {
    throw refused(answer.status)
  }

  const safe = request.method === 'GET' || request.method === 'HEAD'
  const keepsCredentials = sameOrigin
  if (safe) return { url, method: request.method, keepsBody: false, keepsCredentials }
  const { status } = answer
  if ((status === 307 || status === 308) && isRepeatable(request.body)) {
    return { url, method: request.method, keepsBody: true, keepsCredentials }
  }
  if (status === 303 && !sameOrigin) return { url, method: 'GET', keepsBody: false, keepsCredentials }
  throw refused(status)
}

/** An API that redirects with what we sent it would hand a credential to the other host. */
function bears(url: URL, { secrets, headers }: Missed): boolean {
  const credentials = headers
    .filter(({ value }) => bearsSecret(value))
    .flatMap(({ value }) => [value.real, value.real.replace(/^\S+ /, '')])
  const texts = [url.href, decodeAll(url.href)]
  return [...secrets.values(), ...credentials].some(
    (text) => text !== '' && texts.some((where) => where.includes(text)),
  )
}

/** Percent-decoded byte by byte: what is not UTF-8 hides nothing that is. */
function decodeAll(text: string): string {
  const bytes = text
    .replaceAll('+', ' ')
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

/** Whether a body can be sent a second time: a stream is gone once it was read. */
export function isRepeatable(body: UpstreamRequest['body']): body is Uint8Array | null {
  return body === null || body instanceof Uint8Array
}

/** The problem of a redirect that is not followed. */
export function refused(status: number): ProblemError {
  const detail = 'The API redirected to a place that the connector does not allow, or too often'
  return new ProblemError('UPSTREAM_REDIRECT', { detail, upstreamStatus: status })
}
