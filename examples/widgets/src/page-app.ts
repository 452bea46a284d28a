import { Hono } from 'hono'
import type { PageFiles } from './bundle.ts'
import type { DemoUser } from './demo-config.ts'
import { mintSession, sessionSeconds } from './session.ts'
import { readTracedCall, type TracedCall } from './trace-call.ts'

export interface PageAppOptions {
  readonly files: PageFiles
  /** Where the page's widgets find the proxy. */
  readonly proxyUrl: string
  readonly tenantId: string
  readonly sessionSecret: string
  readonly users: readonly DemoUser[]
  /** Runs a call again and tells what became of it, as JSON; without it the page has no traces. */
  readonly trace?: ((call: TracedCall) => Promise<string>) | undefined
}

/** The platform that hosts the page, in small: it serves the widgets and knows who is signed in. */
export function createPageApp({
  files,
  proxyUrl,
  tenantId,
  sessionSecret,
  users,
  trace,
}: PageAppOptions): Hono {
  const app = new Hono()
  const policy = contentSecurityPolicy(new URL(proxyUrl).origin)

  app.use(async (c, next) => {
    await next()
    c.header('Content-Security-Policy', policy)
    c.header('X-Content-Type-Options', 'nosniff')
    c.header('Referrer-Policy', 'no-referrer')
    c.header('Cache-Control', 'no-store')
  })

  app.get('/', (c) => c.html(files.html))
  app.get('/styles.css', (c) => c.body(files.css, 200, { 'Content-Type': 'text/css; charset=utf-8' }))
  app.get('/main.js', (c) => c.body(files.script, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }))

  app.get('/config.json', (c) =>
    c.json({ proxy_url: proxyUrl, users: users.map((user) => ({ id: user.id, name: displayName(user) })) }),
  )

  // A real platform signs its users in; a demo lets one choose who to be.
  app.get('/session', async (c) => {
    const user = users.find(({ id }) => id === c.req.query('user'))
    if (user === undefined) return c.json({ error: 'There is no such user.' }, 404)
    const token = await mintSession(user, { tenantId, secret: sessionSecret })
    return c.json({ token, expires_in: sessionSeconds })
  })

  // JSON alone: another site's page cannot send that without a preflight, which is not answered here.
  app.post('/trace', async (c) => {
    if (c.req.header('Content-Type') !== 'application/json') return c.json({ error: 'Send JSON.' }, 415)
    const call = readTracedCall(await c.req.json().catch(() => undefined))
    if (trace === undefined || call === undefined || !users.some(({ id }) => id === call.user)) {
      return c.json({ error: 'There is no such call to trace.' }, 404)
    }
    return c.body(await trace(call), 200, { 'Content-Type': 'application/json' })
  })

  return app
}

function displayName({ id, first_name, last_name, username }: DemoUser): string {
  const name = [first_name, last_name].filter((part) => part !== undefined).join(' ')
  return name || username || id
}

/** No inline code, no foreign code, no strings made into code, and a network of two: this server and the proxy. */
function contentSecurityPolicy(proxyOrigin: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    'img-src data:',
    `connect-src 'self' ${proxyOrigin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ')
}
