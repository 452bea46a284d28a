import type { Context } from 'hono'
import { healthOf } from '../http/health.ts'
import type { NodeEnv } from '../http/node-env.ts'
import type { Services } from '../services.ts'

/** `GET /healthz` and `GET /readyz`. */
export function createHealth(services: Services): (c: Context<NodeEnv>) => Response {
  return (c) => {
    const { status, headers, body } = healthOf(c.req.path, services)
    return new Response(body, { status, headers })
  }
}
