import { Hono } from 'hono'
import { ordersOf } from '../data/orders.ts'

/** What one customer ordered: another answer for every customer, so no shared cache may keep it. */
export function orderRoutes(): Hono {
  const routes = new Hono()

  routes.get('/users/:id/orders', (c) => {
    const status = c.req.query('status') ?? ''
    const orders = ordersOf(c.req.param('id')).filter((order) => status === '' || order.status === status)
    return c.json(
      {
        user_id: c.req.param('id'),
        account: c.req.header('x-acme-account') ?? null,
        tier: c.req.query('tier') || 'standard',
        orders,
      },
      200,
      { 'Cache-Control': 'private, max-age=60' },
    )
  })

  return routes
}
