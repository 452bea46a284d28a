import { type Context, Hono } from 'hono'
import { type CheckedLead, checkLead, createLeadBook } from '../data/leads.ts'
import { refuse } from '../refuse.ts'

/** Leads can be made, read, replaced, changed and removed. */
export function leadRoutes(): Hono {
  const routes = new Hono()
  const book = createLeadBook()

  routes.post('/leads', async (c) => {
    const checked = checkLead(await jsonOf(c))
    if (!checked.ok) return invalidLead(c, checked)
    const lead = book.add(checked.fields)
    return c.json(lead, 201, { Location: `/v1/leads/${lead.id}` })
  })

  routes.get('/leads/:id', (c) => {
    const lead = book.find(c.req.param('id'))
    return lead === undefined ? noSuchLead(c) : c.json(lead, 200, { 'Cache-Control': 'no-store' })
  })

  routes.put('/leads/:id', async (c) => {
    const lead = book.find(c.req.param('id'))
    if (lead === undefined) return noSuchLead(c)
    const checked = checkLead(await jsonOf(c))
    if (!checked.ok) return invalidLead(c, checked)
    const replaced = { id: lead.id, ...checked.fields }
    book.replace(replaced)
    return c.json(replaced)
  })

  routes.patch('/leads/:id', async (c) => {
    const lead = book.find(c.req.param('id'))
    if (lead === undefined) return noSuchLead(c)
    const changes = await jsonOf(c)
    const checked = checkLead(typeof changes === 'object' ? { ...lead, ...changes } : changes)
    if (!checked.ok) return invalidLead(c, checked)
    const changed = { id: lead.id, ...checked.fields }
    book.replace(changed)
    return c.json(changed)
  })

  routes.delete('/leads/:id', (c) => (book.remove(c.req.param('id')) ? c.body(null, 204) : noSuchLead(c)))

  return routes
}

/** The payload as JSON; one that is not becomes `undefined`, which no check passes. */
async function jsonOf(c: Context): Promise<unknown> {
  try {
    return await c.req.json<unknown>()
  } catch {
    return undefined
  }
}

function invalidLead(c: Context, { fields }: CheckedLead & { readonly ok: false }): Response {
  return refuse(c, { status: 422, code: 'invalid_lead', message: 'Some fields are wrong.', fields })
}

function noSuchLead(c: Context): Response {
  return refuse(c, { status: 404, code: 'no_such_lead', message: 'There is no such lead.' })
}
