import type { Context } from 'hono'
import type { NodeEnv } from '../http/node-env.ts'
import type { Services } from '../services.ts'

const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }

/** `GET /healthz`: the process is alive. */
export function answerHealth(): Response {
  return new Response('{"status":"ok"}', { status: 200, headers })
}

/** `GET /readyz`: the process wants calls, i.e. its connectors are loaded and it is not shutting down. */
export function createReadiness(services: Services): (c: Context<NodeEnv>) => Response {
  return () => {
    if (services.lifecycle.isShuttingDown()) return notReady('shutting_down')
    if (!services.connectors.isLoaded()) return notReady('loading')
    return new Response('{"status":"ready"}', { status: 200, headers })
  }
}

function notReady(status: 'shutting_down' | 'loading'): Response {
  return new Response(JSON.stringify({ status }), { status: 503, headers })
}
