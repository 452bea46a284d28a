import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { requestIdPattern, wireHeaders } from '@sluice/connector-schema'

/** The caller's own request id where it is well-formed, else a new UUID: it stands in logs and headers. */
export function requestIdOf(incoming: IncomingMessage): string {
  const sent = incoming.headers[wireHeaders.requestId]
  return typeof sent === 'string' && requestIdPattern.test(sent) ? sent : randomUUID()
}
