import { hash } from 'node:crypto'
import { type Context, Hono } from 'hono'
import { categories, findProducts, products, type SortOrder, sortOrders } from '../data/products.ts'
import { wholeNumber } from '../query.ts'
import { refuse } from '../refuse.ts'

/** Search, one product, and what the search can do. Cacheable for half a minute, with an ETag. */
export function productRoutes(): Hono {
  const routes = new Hono()

  routes.get('/products', (c) => {
    const limit = wholeNumber(c.req.query('limit'), { minimum: 1, maximum: 50, otherwise: 20 })
    const offset = wholeNumber(c.req.query('offset'), { minimum: 0, maximum: 10_000, otherwise: 0 })
    const sort = sortOrder(c.req.query('sort'))
    if (!limit.ok) return wrongParameter(c, 'limit', limit.message)
    if (!offset.ok) return wrongParameter(c, 'offset', offset.message)
    if (sort === undefined) return wrongParameter(c, 'sort', `must be one of ${sortOrders.join(', ')}`)
    const found = findProducts({
      text: c.req.query('q') ?? '',
      category: c.req.query('category') ?? '',
      tags: c.req.queries('tag') ?? [],
      sort,
    })
    const page = found.slice(offset.value, offset.value + limit.value)
    return cacheable(c, { total: found.length, offset: offset.value, products: page })
  })

  routes.options('/products', (c) =>
    c.json({ sort: sortOrders, categories, max_limit: 50 }, 200, { Allow: 'GET, HEAD, OPTIONS' }),
  )

  routes.get('/products/:sku', (c) => {
    const product = products.find(({ sku }) => sku === c.req.param('sku'))
    if (product === undefined) {
      return refuse(c, { status: 404, code: 'no_such_product', message: 'Acme does not sell that.' })
    }
    return cacheable(c, product)
  })

  routes.get('/categories/:name', (c) => {
    const name = c.req.param('name')
    if (!categories.includes(name)) {
      return refuse(c, { status: 404, code: 'no_such_category', message: 'Acme has no such category.' })
    }
    return cacheable(c, { name, products: products.filter(({ category }) => category === name).length })
  })

  return routes
}

function sortOrder(text: string | undefined): SortOrder | undefined {
  return sortOrders.find((order) => order === (text || 'name'))
}

function wrongParameter(c: Context, key: string, message: string): Response {
  return refuse(c, {
    status: 400,
    code: 'invalid_parameter',
    message: 'A query parameter is wrong.',
    fields: { [key]: message },
  })
}

function cacheable(c: Context, answer: object): Response {
  const text = JSON.stringify(answer)
  const etag = `"${hash('sha256', text, 'base64url').slice(0, 22)}"`
  const headers = { 'Cache-Control': 'max-age=30', ETag: etag }
  // RFC 9110 §13.1.2: If-None-Match lists tags and compares them weakly.
  const known = (c.req.header('if-none-match') ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  if (known.includes(etag) || known.includes('*')) return c.body(null, 304, headers)
  return c.body(text, 200, { ...headers, 'Content-Type': 'application/json' })
}
