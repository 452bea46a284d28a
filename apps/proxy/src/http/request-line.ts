import type { IncomingMessage } from 'node:http'
import { ProblemError } from '@sluice/connector-schema'

/** What nearly every target looks like: there is nothing in it that could be read in two ways. */
const plainTarget = /^\/[\w/-]*(?:\?[^#]*)?$/

/**
 * Why a request is refused whatever it is for: servers, and what is in front of them, read it in different ways.
 * `undefined` where nothing is wrong.
 */
export function requestLineProblem(incoming: IncomingMessage): ProblemError | undefined {
  const { httpVersion, headers, url = '' } = incoming
  if (httpVersion !== '1.1') {
    if (httpVersion !== '1.0') return invalid('This server speaks HTTP/1.1 and HTTP/1.0.')
    // RFC 9112 §6.1: it has to be treated as if its framing were faulty.
    if (headers['transfer-encoding'] !== undefined) return invalid('HTTP/1.0 knows no Transfer-Encoding.')
  }
  return plainTarget.test(url) ? undefined : targetProblem(url, headers.host)
}

function targetProblem(target: string, host: string | undefined): ProblemError | undefined {
  if (target.includes('#')) return invalid('A request target has no fragment: leave out what begins with #.')
  const path = target.startsWith('/') ? target : pathOfAbsolute(target, host)
  if (path === undefined) return invalid('The request target must be a path on this host.')
  if (hasDotSegment(path)) return invalid('The path must have no dot segments, in whatever spelling.')
  return undefined
}

/** RFC 9112 §3.2.2: a server takes the absolute form as well. One for another host would ask for a forward proxy. */
function pathOfAbsolute(target: string, host: string | undefined): string | undefined {
  const [, scheme, authority = '', path] = /^(https?):\/\/([^/?\\]*)(.*)$/is.exec(target) ?? []
  if (scheme === undefined || host === undefined || authority.includes('@')) return undefined
  const [named, own] = [authority, host].map((text) => hostOf(`${scheme}://${text}/`))
  return named !== undefined && named === own ? path : undefined
}

/** Host and port, the default port and the dot of the root left out. */
function hostOf(text: string): string | undefined {
  const url = URL.parse(text)
  return url === null ? undefined : `${url.hostname.replace(/\.$/, '')}:${url.port}`
}

/** Some servers decode first and take `\` for `/`, and some cut a segment at `;`. */
function hasDotSegment(target: string): boolean {
  const path = target.split('?', 1)[0] ?? ''
  return path.split(/[/\\]|%2f|%5c/i).some((segment) => /^(?:\.|%2e){1,2}(?:(?:;|%3b).*)?$/is.test(segment))
}

function invalid(detail: string): ProblemError {
  return new ProblemError('INVALID_REQUEST', { detail })
}
