import type { IncomingMessage } from 'node:http'
import { hasPayload, ProblemError, type WirePairs, wireHeaders } from '@sluice/connector-schema'
import {
  type Call,
  type CompiledConnector,
  type Ending,
  readHeaderOfOverrides,
  readQueryOverrides,
  viaPseudonym,
} from '@sluice/pipeline'
import type { Arrival } from './arrival.ts'
import { addressBlock } from './client-address.ts'
import { singleHeader } from './node-env.ts'
import { bearsBody, receivePayload } from './payload.ts'
import type { Caller } from './session.ts'

/** What a call is made of. */
export interface CallSources {
  readonly arrival: Arrival
  readonly caller: Caller
  readonly connector: CompiledConnector
  readonly ending: Ending
  /** Longest payload, in bytes. */
  readonly payloadLimitBytes: number
}

/**
 * Reads what the caller sends: overrides exactly as sent, decoded strictly, and the payload unread.
 *
 * @throws ProblemError `INVALID_REQUEST`, `PAYLOAD_TOO_LARGE`
 */
export function parseCall({ arrival, caller, connector, ending, payloadLimitBytes }: CallSources): Call {
  const { incoming, requestId } = arrival
  refuseLoop(incoming)
  singleHeader(incoming, 'host')
  const query = readQueryOverrides(incoming.url ?? '')
  const pathParams = readParams(incoming, wireHeaders.pathParams)
  const headers = readParams(incoming, wireHeaders.headerParams)
  refuseBadBody(incoming, connector)
  const payload = receivePayload(incoming, payloadLimitBytes)
  const ifNoneMatch = incoming.headers['if-none-match']
  const ifModifiedSince = incoming.headers['if-modified-since']
  const { session } = caller
  return {
    requestId,
    connector,
    session,
    address: session.user === undefined ? addressBlock(incoming) : undefined,
    query,
    headers,
    pathParams,
    payload,
    ifNoneMatch,
    ifModifiedSince,
    ending,
  }
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

function readParams(incoming: IncomingMessage, name: string): WirePairs {
  return readHeaderOfOverrides(name, singleHeader(incoming, name))
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
