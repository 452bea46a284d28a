import type { Context } from 'hono'
import { checkHost } from '../http/admit.ts'
import type { NodeEnv } from '../http/node-env.ts'
import { checkOrigin } from '../http/origin.ts'
import { sessionRequired } from '../http/session.ts'
import type { Services } from '../services.ts'
import { answeringCaller } from './answering.ts'

/** `GET /connectors/csrf`: the token that a page sends beside the session cookie. */
export function createCsrf(services: Services): (c: Context<NodeEnv>) => Promise<Response> {
  return answeringCaller(services, ({ incoming }, caller) => {
    const { credentials } = caller
    if (credentials.by !== 'cookie') throw sessionRequired()
    checkHost(incoming, caller, services.tenants)
    checkOrigin(incoming, caller)
    return {
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: JSON.stringify({ csrf_token: services.csrf.tokenFor(credentials.token) }),
    }
  })
}
