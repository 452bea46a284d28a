import type { IncomingMessage } from 'node:http'
import {
  decodePairs,
  hasPayload,
  maxParamsHeaderLength,
  ProblemError,
  type WirePairs,
  wireHeaders,
} from '@sluice/connector-schema'
import { type Call, type CompiledConnector, viaPseudonym } from '@sluice/pipeline'
import type { Arrival } from './arrival.ts'
import { singleHeader } from './node-env.ts'
import { bearsBody, receivePayload } from './payload.ts'
import type { Caller } from './session.ts'

/** What a call is made of. */
export interface CallSources {
  readonly arrival: Arrival
  readonly caller: Caller
  readonly connector: CompiledConnector
  readonly signal: AbortSignal
  /** Longest payload, in bytes. */
  readonly payloadLimitBytes: number
}

/**
 * Reads what the caller sends: overrides exactly as sent, decoded strictly, and the payload unread.
 *
 * @throws ProblemError `INVALID_REQUEST`, `PAYLOAD_TOO_LARGE`
 */
export function parseCall({ arrival, caller, connector, signal, payloadLimitBytes }: CallSources): Call {
  const { incoming, requestId } = arrival
  refuseLoop(incoming)
  singleHeader(incoming, 'host')
  const query = parseQuery(incoming)
  const pathParams = parseParams(incoming, wireHeaders.pathParams)
  const headers = parseParams(incoming, wireHeaders.headerParams)
  refuseBadBody(incoming, connector)
  const payload = receivePayload(incoming, payloadLimitBytes)
  const ifNoneMatch = incoming.headers['if-none-match']
  const { session } = caller
  return { requestId, connector, session, query, headers, pathParams, payload, ifNoneMatch, signal }
}

/** The proxy marks what it sends (RFC 9110 §7.6.3): what bears its mark already has come round in a circle. */
function refuseLoop(incoming: IncomingMessage): void {
  const via = incoming.headers.via
  if (via === undefined || !via.split(',').some(namesThisProxy)) return
  throw invalid('The request has passed through this proxy already: the connector calls itself.', ['via'])
}

/** `protocol received-by comment`, of which the second is the proxy's name. */
function namesThisProxy(entry: string): boolean {
  return entry.trim().toLowerCase().split(/\s/).filter(Boolean)[1] === viaPseudonym
}

/** Of the raw request target: a parsed URL would have repaired what has to be refused. */
function parseQuery(incoming: IncomingMessage): WirePairs {
  const target = incoming.url ?? ''
  const start = target.indexOf('?')
  if (start === -1) return []
  const pairs = decode(target.slice(start + 1))
  if (pairs === undefined) throw invalid('The query string is not well-formed: percent-encode it as UTF-8.')
  return pairs
}

function parseParams(incoming: IncomingMessage, name: string): WirePairs {
  const text = singleHeader(incoming, name)
  if (text === undefined) return []
  if (text.length > maxParamsHeaderLength) {
    throw invalid(`The header ${name} is longer than ${maxParamsHeaderLength} characters.`, [name])
  }
  const pairs = decode(text)
  if (pairs === undefined) {
    throw invalid(`The header ${name} is not well-formed: send it urlencoded, as UTF-8.`, [name])
  }
  return pairs
}

/** Bytes outside of visible ASCII have to arrive encoded: what they mean would be a guess. */
function decode(text: string): WirePairs | undefined {
  return /[^\x21-\x7e]/.test(text) ? undefined : decodePairs(text)
}

function refuseBadBody(incoming: IncomingMessage, connector: CompiledConnector): void {
  if (!bearsBody(incoming)) return
  const { method } = connector.definition
  if (!hasPayload(method)) throw invalid(`A call with ${method} carries no payload.`)
  singleHeader(incoming, 'content-type')
  const coding = incoming.headers['transfer-encoding']
  if (coding !== undefined && coding.trim().toLowerCase() !== 'chunked') {
    throw invalid('A payload is sent without a transfer coding but chunked.', ['transfer-encoding'])
  }
  // The field does not go upstream, so the API would not know what it received.
  if (incoming.headers['content-encoding'] !== undefined) {
    throw invalid('A payload is sent without Content-Encoding.', ['content-encoding'])
  }
}

function invalid(detail: string, params?: readonly string[]): ProblemError {
  return new ProblemError('INVALID_REQUEST', { detail, ...(params && { params }) })
}
