/**
 * What a platform brings, in small: the API that the connectors call, and the page with the widget.
 * Needs nothing but Node; `sluice dev` runs beside it; an argument says where, if not on port 8787.
 */
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

const { tenant_id, session_secret, users, secrets, variables, origins } = JSON.parse(read('sluice.dev.json'))
const [user] = users
const [sluiceUrl = 'http://127.0.0.1:8787'] = process.argv.slice(2)

const ideas = [
  { id: 1, title: 'Solar roof for the canteen', endorsed_by: [] },
  { id: 2, title: 'Bicycles to share', endorsed_by: [] },
  { id: 3, title: 'A quiet room with plants', endorsed_by: [] },
]

const api = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, variables.api)
  if (request.headers['x-api-key'] !== secrets.ideas_key.value)
    return json(response, 401, { error: 'no key' })
  if (pathname === '/ideas') {
    const q = (searchParams.get('q') ?? '').toLowerCase()
    const found = ideas.filter(({ title }) => title.toLowerCase().includes(q))
    return json(response, 200, found.slice(0, Number(searchParams.get('limit'))))
  }
  const id = /^\/ideas\/(\d+)\/endorsements$/.exec(pathname)?.[1]
  const idea = ideas.find((one) => String(one.id) === id)
  if (idea === undefined || request.method !== 'POST') return json(response, 404, { error: 'not found' })
  const { comment } = JSON.parse(await textOf(request))
  idea.endorsed_by.push({ who: request.headers['x-on-behalf-of'], comment })
  json(response, 201, idea)
})

const files = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/widget.js': ['widget.js', 'text/javascript; charset=utf-8'],
  '/sluice.js': ['sluice.js', 'text/javascript; charset=utf-8'],
}

const page = createServer((request, response) => {
  const { pathname } = new URL(request.url, origins[0])
  // A real platform signs its users in; this one has a single user, and she is.
  if (pathname === '/session') return json(response, 200, { sluice_url: sluiceUrl, token: sessionToken() })
  const [file, type] = files[pathname] ?? []
  if (file === undefined) return json(response, 404, { error: 'not found' })
  response.writeHead(200, { 'content-type': type, 'x-content-type-options': 'nosniff' }).end(read(file))
})

/** What the platform vouches for: who is calling. HS256, an hour. */
function sessionToken() {
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    iss: 'sluice-dev',
    aud: 'sluice',
    sub: user.id,
    email: user.email,
    tenant_id,
    exp: now + 3600,
  }
  const signed = [{ alg: 'HS256', typ: 'JWT' }, claims].map(base64url).join('.')
  return `${signed}.${createHmac('sha256', session_secret).update(signed).digest('base64url')}`
}

function base64url(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function json(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

async function textOf(request) {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text
}

function read(file) {
  return readFileSync(new URL(file, import.meta.url), 'utf8')
}

function listen(server, url) {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => server.listen(Number(port), hostname, resolve))
}

await Promise.all([listen(api, variables.api), listen(page, origins[0])])
process.stdout.write(`the page is at ${origins[0]}\n`)
