import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { ProblemError } from '@sluice/connector-schema'
import { Hono } from 'hono'
import { PatternRouter } from 'hono/router/pattern-router'
import { arrive } from './http/arrival.ts'
import { healthPaths } from './http/health.ts'
import type { NodeEnv } from './http/node-env.ts'
import { answerProblem } from './routes/answering.ts'
import { createCsrf } from './routes/csrf.ts'
import type { Execute } from './routes/execute.ts'
import { createHealth } from './routes/health.ts'
import { createManifest } from './routes/manifest.ts'
import { createPreflight } from './routes/preflight.ts'
import type { Services } from './services.ts'

/** The proxy's routes. It runs on Node's server only: handlers read and write Node's own messages. */
export function createApp(services: Services, execute: Execute): Hono<NodeEnv> {
  // Of Hono's routers that can hold these routes, the fastest.
  const app = new Hono<NodeEnv>({ router: new PatternRouter() })
  app.options('/connectors/*', createPreflight(services))
  app.all('/connectors/:permalink/execute', async (c) => {
    // Only after a response that it waited for does the server read what is left of a payload to its end.
    await execute(c.env, c.req.param('permalink'))
    return RESPONSE_ALREADY_SENT
  })
  app.get('/connectors/manifest', createManifest(services))
  app.get('/connectors/csrf', createCsrf(services))
  for (const path of healthPaths) app.get(path, createHealth(services))
  app.notFound((c) =>
    answerProblem(services, { arrival: arrive(c.env, services.ports.clock), error: noSuchPath() }),
  )
  app.onError((error, c) => answerProblem(services, { arrival: arrive(c.env, services.ports.clock), error }))
  return app
}

function noSuchPath(): ProblemError {
  return new ProblemError('CONNECTOR_NOT_FOUND', {
    detail: 'There is nothing at this path. Connectors are called at /connectors/{permalink}/execute.',
  })
}
