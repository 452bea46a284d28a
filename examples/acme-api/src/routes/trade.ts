import { Hono } from 'hono'
import { products } from '../data/products.ts'
import { refuse } from '../refuse.ts'

const regions: ReadonlyMap<string, { readonly city: string; readonly share: number }> = new Map([
  ['eu', { city: 'Rotterdam', share: 0.6 }],
  ['us', { city: 'Tulsa', share: 0.4 }],
])

/** What lies in which warehouse. */
export function warehouseRoutes(): Hono {
  const routes = new Hono()

  routes.get('/warehouses/:region/stock', (c) => {
    const warehouse = regions.get(c.req.param('region'))
    if (warehouse === undefined) {
      return refuse(c, { status: 404, code: 'no_such_region', message: 'Acme has no warehouse there.' })
    }
    const sku = c.req.query('sku') ?? ''
    const stock = products
      .filter((product) => sku === '' || product.sku === sku)
      .map((product) => ({ sku: product.sku, pieces: Math.floor(product.stock * warehouse.share) }))
    return c.json({ city: warehouse.city, changed_since: Number(c.req.query('changed_since') ?? 0), stock })
  })

  return routes
}

const euroRates: Readonly<Record<string, number>> = { EUR: 1, USD: 1.08, GBP: 0.85, PLN: 4.25, JPY: 163 }

/** Exchange rates. This older part of Acme takes its key in the query, and other parameters as filters. */
export function rateRoutes(): Hono {
  const routes = new Hono()

  routes.get('/rates', (c) => {
    const base = euroRates[c.req.query('base') || 'EUR']
    if (base === undefined) {
      return refuse(c, { status: 404, code: 'no_such_currency', message: 'Acme does not trade in that.' })
    }
    const wanted = c.req.queries('symbol') ?? Object.keys(euroRates)
    const rates = Object.entries(euroRates)
      .filter(([currency]) => wanted.includes(currency))
      .map(([currency, rate]) => [currency, Math.round((rate / base) * 10_000) / 10_000])
    return c.json({ base: c.req.query('base') || 'EUR', rates: Object.fromEntries(rates) })
  })

  return routes
}
