import { ProblemError } from '@sluice/connector-schema'
import { headerValue } from '../messages/header-list.ts'
import { resolveLocation } from '../messages/location.ts'
import type { UpstreamAnswer, UpstreamRequest } from '../ports/ports.ts'
import { holdsInjected } from '../secrecy/injected-search.ts'
import type { InjectedSearches } from '../secrecy/injected-searches.ts'
import type { Missed } from '../steps/exchange.ts'

/** How many redirects one exchange follows. */
const maxRedirects = 3

const redirectStatuses = new Set([301, 302, 303, 307, 308])

/** Where a request goes next, and whether it still may bear credentials. */
export interface Hop {
  readonly url: URL
  readonly method: string
  readonly keepsBody: boolean
  readonly keepsCredentials: boolean
}

/** A response that may redirect, and what led to it. */
interface Redirection {
  readonly answer: UpstreamAnswer
  readonly request: UpstreamRequest
  readonly missed: Missed
  /** How many redirects were followed before. */
  readonly hops: number
  readonly searches: InjectedSearches
}

/**
 * Decides on a redirect (spec: Egress, Redirects): to the same origin it is followed, to a host of
 * `redirect_hosts` without any credential, anywhere else it is refused. A 303 after an unsafe method says that the API
 * has done its work: it passes, or is followed as a GET where the definition says so, and is never a failure that would
 * have the caller do it twice.
 *
 * @returns `undefined` where the response passes to the widget as it is
 * @throws ProblemError `UPSTREAM_REDIRECT`
 */
export function nextHop(redirection: Redirection): Hop | undefined {
  const { answer, request, missed } = redirection
  const { status } = answer
  const location = headerValue(answer.headers, 'location')
  if (!redirectStatuses.has(status) || location === undefined) return undefined
  const isSafe = request.method === 'GET' || request.method === 'HEAD'
  const url = permittedTarget(location, redirection)
  if (status === 303 && !isSafe) {
    if (url === undefined || !missed.call.connector.definition.follow_303) return undefined
    return { url, method: 'GET', keepsBody: false, keepsCredentials: url.origin === request.url.origin }
  }
  if (url === undefined) throw refused(status)
  const keepsCredentials = url.origin === request.url.origin
  if (isSafe) return { url, method: request.method, keepsBody: false, keepsCredentials }
  if ((status === 307 || status === 308) && isRepeatable(request.body)) {
    return { url, method: request.method, keepsBody: true, keepsCredentials }
  }
  throw refused(status)
}

/** Where a redirect leads, if this exchange may go there. */
function permittedTarget(
  location: string,
  { request, missed, hops, searches }: Redirection,
): URL | undefined {
  const url = resolveLocation(location, request.url)
  if (url === undefined || url.username !== '' || url.password !== '') return undefined
  url.hash = ''
  const sameOrigin = url.origin === request.url.origin
  if (
    !sameOrigin &&
    (!missed.call.connector.redirectHosts.has(url.hostname) || bears(url, missed, searches))
  ) {
    return undefined
  }
  return hops < maxRedirects && missed.budget.left > 0 ? url : undefined
}

/** An API that redirects with what we sent it would hand a credential to the other host. */
function bears(url: URL, { call, injected }: Missed, searches: InjectedSearches): boolean {
  const search = searches.for(call.connector.tenantId, injected)
  return search !== undefined && holdsInjected(Buffer.from(url.href), search)
}

/** Whether a body can be sent a second time: a stream is gone once it was read. */
export function isRepeatable(body: UpstreamRequest['body']): body is Uint8Array | null {
  return body === null || body instanceof Uint8Array
}

/** The problem of a redirect that is not followed. */
function refused(status: number): ProblemError {
  const detail = 'The API redirected to a place that the connector does not allow, or too often'
  return new ProblemError('UPSTREAM_REDIRECT', { detail, upstreamStatus: status })
}
