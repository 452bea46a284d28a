/**
 * Names and encodings on the wire between SDK and proxy. Imports nothing, so that the browser bundle can
 * share it: both sides read the same constants and the same rules.
 */

/** Header names, lower case. */
export const wireHeaders = {
  pathParams: 'x-path-params',
  headerParams: 'x-header-params',
  requestId: 'x-request-id',
  csrfToken: 'x-csrf-token',
  error: 'x-connector-error',
  timing: 'x-connector-timing',
  upstreamLocation: 'x-upstream-location',
} as const

/** Longest accepted `X-Path-Params` or `X-Header-Params` value, in characters. */
export const maxParamsHeaderLength = 4096

/** What a caller's own request id must look like; anything else is replaced. */
export const requestIdPattern = /^[A-Za-z0-9._-]{1,128}$/

/** Cookie that carries the session where the tenant uses cookie sessions. */
export const sessionCookie = 'sluice_session'

/** Decoded key/value pairs in the order they were sent; keys may repeat. */
export type WirePairs = readonly (readonly [key: string, value: string])[]

/** The path of a connector's execute endpoint, relative to the proxy's base URL. */
export function executePath(permalink: string): string {
  return `connectors/${encodeURIComponent(permalink)}/execute`
}

/** Encodes pairs as `application/x-www-form-urlencoded` (UTF-8). */
export function encodePairs(pairs: WirePairs): string {
  return pairs.map(([key, value]) => `${encodeComponent(key)}=${encodeComponent(value)}`).join('&')
}

/**
 * Decodes `application/x-www-form-urlencoded` strictly.
 *
 * @returns the pairs, or `undefined` where the text has bad percent-encoding or is not UTF-8 once decoded
 *   (a lenient decoder would hand the API another value than the caller's).
 */
export function decodePairs(text: string): WirePairs | undefined {
  if (text === '') return []
  const pairs: [string, string][] = []
  try {
    for (const piece of text.split('&')) {
      if (piece === '') continue
      const equals = piece.indexOf('=')
      const key = equals === -1 ? piece : piece.slice(0, equals)
      const value = equals === -1 ? '' : piece.slice(equals + 1)
      pairs.push([decodeComponent(key), decodeComponent(value)])
    }
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
  return pairs
}

function encodeComponent(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll('%20', '+')
}

function decodeComponent(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '))
}
