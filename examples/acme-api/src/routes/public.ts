import { Hono } from 'hono'

/** What anyone may ask without a key. Says nothing about caching, so the client decides. */
export function publicRoutes(): Hono {
  const routes = new Hono()
  routes.get('/status', (c) => c.json({ status: 'operational', regions: ['eu', 'us'] }))
  return routes
}
