import type { IncomingMessage } from 'node:http'
import type { HttpBindings } from '@hono/node-server'
import { ProblemError } from '@sluice/connector-schema'

/** Every handler runs on Node's own request and response: headers are read and bodies streamed there. */
export type NodeEnv = { Bindings: HttpBindings }

/**
 * The value of a header field that may stand only once. Node joins or drops repeats depending on the name, and
 * what stands in front of the proxy may have read another one than we do.
 *
 * @throws ProblemError `INVALID_REQUEST` where the field stands more than once.
 */
export function singleHeader(incoming: IncomingMessage, name: string): string | undefined {
  const value = incoming.headers[name]
  if (typeof value !== 'string') return undefined
  const { rawHeaders } = incoming
  let lines = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const rawName = rawHeaders[index]
    if (rawName?.length === name.length && rawName.toLowerCase() === name) lines += 1
  }
  if (lines > 1) {
    throw new ProblemError('INVALID_REQUEST', {
      detail: `The header ${name} may stand only once.`,
      params: [name],
    })
  }
  return value
}
