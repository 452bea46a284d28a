import type { IncomingMessage } from 'node:http'
import { bearsBody } from './payload.ts'

const plainTarget = /^\/connectors\/([a-zA-Z0-9-]+)\/execute(?:\?|$)/
const plainHost = /^[a-zA-Z0-9.-]+(?::[0-9]+)?$/

/**
 * The permalink of a call that needs no router: nothing in it is read in two ways, and it has no payload that would be
 * left over. Nearly every call is one, and a router costs as much as a quarter of a hit.
 */
export function permalinkOfPlainCall(incoming: IncomingMessage): string | undefined {
  if (incoming.method === 'OPTIONS' || bearsBody(incoming)) return undefined
  const permalink = plainTarget.exec(incoming.url ?? '')?.[1]
  return permalink !== undefined && plainHost.test(incoming.headers.host ?? '') ? permalink : undefined
}
