import { hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { documentedManifestOf, manifestOf } from '@sluice/connector-schema'
import type { Context } from 'hono'
import { checkHost, mayCall } from '../http/admit.ts'
import type { NodeEnv } from '../http/node-env.ts'
import { checkOrigin } from '../http/origin.ts'
import type { Services } from '../services.ts'
import { answeringCaller } from './answering.ts'

/**
 * `GET /connectors/manifest`: what this session may call, and nothing of where it goes. With `?documentation` also what
 * the definitions say of it: names, descriptions, and schemas of answers.
 */
export function createManifest(services: Services): (c: Context<NodeEnv>) => Promise<Response> {
  return answeringCaller(services, ({ incoming }, caller) => {
    checkHost(incoming, caller, services.tenants)
    checkOrigin(incoming, caller)
    const callable = services.connectors
      .list(caller.tenant.id)
      .filter((connector) => mayCall(caller.session, connector))
    const definitions = callable.map((connector) => connector.definition)
    const body = JSON.stringify(
      asksForDocumentation(incoming) ? documentedManifestOf(definitions) : manifestOf(definitions),
    )
    const etag = `"${hash('sha256', body, 'base64url')}"`
    const headers = { etag, 'cache-control': 'private, no-cache' }
    if (matches(incoming.headers['if-none-match'], etag)) return { status: 304, headers, body: null }
    return { status: 200, headers: { ...headers, 'content-type': 'application/json' }, body }
  })
}

function asksForDocumentation({ url = '' }: IncomingMessage): boolean {
  const at = url.indexOf('?')
  return at !== -1 && new URLSearchParams(url.slice(at)).has('documentation')
}

/** RFC 9110 §13.1.2: weak comparison against a list, or `*`. */
function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  return ifNoneMatch.split(',').some((candidate) => {
    const tag = candidate.trim()
    return tag === '*' || tag === etag || tag === `W/${etag}`
  })
}
