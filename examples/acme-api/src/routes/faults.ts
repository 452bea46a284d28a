import { setTimeout as sleep } from 'node:timers/promises'
import { Hono } from 'hono'
import { stream } from 'hono/streaming'
import { wholeNumber } from '../query.ts'
import { refuse } from '../refuse.ts'

/** Answers that are late, wrong, elsewhere, or in pieces: what every client of an API meets sooner or later. */
export function faultRoutes(): Hono {
  const routes = new Hono()

  routes.get('/slow', async (c) => {
    const delay = wholeNumber(c.req.query('ms'), { minimum: 0, maximum: 60_000, otherwise: 2000 })
    if (!delay.ok)
      return refuse(c, { status: 400, code: 'invalid_parameter', message: `ms ${delay.message}` })
    try {
      await sleep(delay.value, undefined, { signal: c.req.raw.signal })
    } catch {
      // The client went away; whatever is returned reaches nobody.
    }
    return c.json({ waited_ms: delay.value })
  })

  routes.get('/broken', (c) => {
    const message = 'A gear is stuck. We are on it.'
    if (c.req.query('status') === '500') return refuse(c, { status: 500, code: 'stuck_gear', message })
    c.header('Retry-After', '1')
    return refuse(c, { status: 503, code: 'stuck_gear', message })
  })

  // 308: the same request again, at its new address (RFC 9110 §15.4.9).
  routes.get('/catalogue', (c) => c.redirect(`/v1/products${new URL(c.req.url).search}`, 308))

  routes.get('/moved-away', (c) => c.redirect('https://elsewhere.example/v1/products', 302))

  routes.get('/stream', (c) => {
    const lines = wholeNumber(c.req.query('lines'), { minimum: 0, maximum: 100_000, otherwise: 10 })
    const pause = wholeNumber(c.req.query('every_ms'), { minimum: 0, maximum: 10_000, otherwise: 0 })
    if (!lines.ok)
      return refuse(c, { status: 400, code: 'invalid_parameter', message: `lines ${lines.message}` })
    if (!pause.ok)
      return refuse(c, { status: 400, code: 'invalid_parameter', message: `every_ms ${pause.message}` })
    c.header('Content-Type', 'application/x-ndjson')
    return stream(c, async (out) => {
      for (let line = 1; line <= lines.value && !out.aborted; line++) {
        await out.write(`${JSON.stringify({ line })}\n`)
        if (pause.value > 0) await out.sleep(pause.value)
      }
    })
  })

  return routes
}
