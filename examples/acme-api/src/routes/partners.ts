import { Hono } from 'hono'

/** What partners get for a token: which deals run, and who asked. */
export function partnerRoutes(): Hono {
  const routes = new Hono()

  routes.get('/partners/deals', (c) => {
    const { client_id: partner, on_behalf_of: person = null } = c.get('claims')
    const deals = [
      { id: 'D-1', product: 'Cordless drill', discount_percent: 12 },
      { id: 'D-2', product: 'Garden hose', discount_percent: 20 },
    ]
    return c.json({ partner, person, deals }, 200, { 'Cache-Control': 'private, no-store' })
  })

  return routes
}

/** Reports, for whoever signs a JWT of their own. */
export function reportRoutes(): Hono {
  const routes = new Hono()

  routes.get('/reports/sales', (c) => {
    const { iss: partner, sub: person } = c.get('claims')
    return c.json({ partner, person, sold: { tools: 311, garden: 184 } }, 200, {
      'Cache-Control': 'private, no-store',
    })
  })

  return routes
}
