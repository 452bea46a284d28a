import type { PlaceName } from './types.ts'

/** One column of the spec's table "Where each may stand", and what makes a value safe there. */
export interface Place {
  /** As it is called in messages. */
  readonly label: string
  /** `get_secret` and `jwt_encode` */
  readonly secrets: boolean
  /** `body` and `body_text` */
  readonly body: boolean
  /** `response.*` */
  readonly response: boolean
  /** A text with a content type. */
  readonly isBody: boolean
  /** The target of a URL. */
  readonly isUrl: boolean
  /** A value of a query, in which another language may live. */
  readonly isValue: boolean
  /** Why an output cannot stand here, however it is written. */
  readonly refuseOutput?: (text: string) => string | undefined
  /** Why the rendered whole cannot stand here. */
  readonly refuseWhole?: (text: string) => string | undefined
}

const request = {
  secrets: true,
  body: false,
  response: false,
  isBody: false,
  isUrl: false,
  isValue: false,
} as const
const body = { ...request, secrets: false, isBody: true } as const
const header = { ...request, label: 'a header', refuseWhole: refuseHeaderValue } as const

/** Every place. */
export const places: Readonly<Record<PlaceName, Place>> = {
  url: { ...request, label: 'the URL', secrets: false, isUrl: true },
  header,
  cookie: { ...header, label: 'a Cookie header', refuseOutput: refuseCookieValue },
  // A query value is encoded whole when it is sent.
  query: { ...request, label: 'a query parameter', isValue: true },
  auth_header: { ...header, label: 'the authentication' },
  auth_query: { ...request, label: 'the authentication', isValue: true },
  // What is encoded by whoever sends it: parameters of a token request, claims, keys.
  auth_text: { ...request, label: 'the authentication' },
  basic_username: { ...header, label: 'the user name', refuseWhole: refuseUserName },
  basic_password: { ...request, label: 'the password', refuseWhole: refusePassword },
  request_body: { ...body, label: 'the request body', body: true },
  response_body: { ...body, label: 'the response body', response: true },
}

/** RFC 9110 §5.5: visible ASCII, space, tab and obs-text. C1 controls are refused with the others. */
function refuseHeaderValue(text: string): string | undefined {
  if (!/[^\t\x20-\x7e\xa0-\xff]/.test(text)) return undefined
  return 'A header value cannot hold line breaks, control characters or characters outside Latin-1: write | url_encode after the value.'
}

/** RFC 6265 §4.1.1: what would end a cookie's value, or begin another cookie. */
function refuseCookieValue(text: string): string | undefined {
  if (!/[;,"]/.test(text)) return undefined
  return 'A cookie value cannot hold a semicolon, a comma or a quote: write | url_encode after the value.'
}

/** RFC 7617 §2: the first colon ends the user name. */
function refuseUserName(text: string): string | undefined {
  if (text.includes(':')) return 'A user name cannot hold a colon.'
  return refuseHeaderValue(text)
}

/** RFC 7617 §2: no control characters. */
function refusePassword(text: string): string | undefined {
  return /[\x00-\x1f\x7f-\x9f]/.test(text) ? 'A password cannot hold control characters.' : undefined
}
