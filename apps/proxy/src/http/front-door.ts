import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Services } from '../services.ts'
import { healthOf, healthPaths } from './health.ts'
import { malformedResponse } from './problem-answer.ts'
import { requestLineProblem } from './request-line.ts'

/** Takes what is not for the app; `true` where it has. */
export type FrontDoor = (incoming: IncomingMessage, outgoing: ServerResponse, services: Services) => boolean

/** What is decided of a request before the app sees it. */
export function createFrontDoor(): FrontDoor {
  // What follows a refused request on its connection may be a part of it that was smuggled in.
  const refused = new WeakSet<object>()
  return (incoming, outgoing, services) => {
    if (refused.has(incoming.socket)) return true
    const problem = requestLineProblem(incoming)
    if (problem !== undefined) {
      refused.add(incoming.socket)
      const { status, headers, body } = malformedResponse(problem)
      outgoing.writeHead(status, { ...headers, connection: 'close' }).end(body)
      return true
    }
    // RFC 9112 §3.2 asks only HTTP/1.1 for a Host, and load balancers that probe with 1.0 send none.
    if (incoming.headers.host !== undefined || incoming.httpVersion !== '1.0') return false
    if (!healthPaths.has(incoming.url ?? '')) return false
    const { status, headers, body } = healthOf(incoming.url, services)
    outgoing.writeHead(status, headers).end(incoming.method === 'HEAD' ? undefined : body)
    return true
  }
}
