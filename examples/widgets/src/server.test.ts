import { jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DemoUser } from './demo-config.ts'
import { startWidgetsPage, type WidgetsPage } from './server.ts'

const sessionSecret = 'a secret of at least thirty-two bytes, for tests'
const users: readonly DemoUser[] = [
  {
    id: '7',
    email: 'ada@example.com',
    first_name: 'Ada',
    last_name: 'Lovelace',
    username: 'ada',
    roles: ['sales'],
    profile_fields: { 123: 'gold' },
  },
  { id: '9', username: '<img src=x onerror=alert(1)>', roles: [], profile_fields: {} },
]

let page: WidgetsPage
beforeAll(async () => {
  page = await startWidgetsPage({ port: 0, proxyUrl: 'http://127.0.0.1:1/base/', sessionSecret, users })
})
afterAll(() => page.close())

async function text(path: string): Promise<string> {
  return (await fetch(page.url + path)).text()
}

describe('a session', () => {
  const tokenOf = async (user: string) => {
    const response = await fetch(`${page.url}/session?user=${user}`)
    return ((await response.json()) as { token: string }).token
  }
  const verify = (token: string) =>
    jwtVerify(token, new TextEncoder().encode(sessionSecret), {
      issuer: 'sluice-dev',
      audience: 'sluice',
      typ: 'JWT',
      algorithms: ['HS256'],
    })

  test('holds who the user is, and ends after an hour', async () => {
    const { payload } = await verify(await tokenOf('7'))
    expect(payload).toMatchObject({
      sub: '7',
      tenant_id: 'demo',
      email: 'ada@example.com',
      given_name: 'Ada',
      family_name: 'Lovelace',
      preferred_username: 'ada',
      roles: ['sales'],
      profile_fields: { 123: 'gold' },
    })
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(3600)
  })

  test('leaves out what a user does not have', async () => {
    const { payload } = await verify(await tokenOf('9'))
    expect(Object.keys(payload)).not.toContain('email')
    expect(payload).toMatchObject({ sub: '9', roles: [] })
  })

  test.each(['', '?user=', '?user=1', '?user=__proto__'])('is not given for /session%s', async (query) => {
    const response = await fetch(`${page.url}/session${query}`)
    expect(response.status).toBe(404)
    expect(await response.json()).not.toHaveProperty('token')
  })

  test('is not given to pages of other origins', async () => {
    const response = await fetch(`${page.url}/session?user=7`, { headers: { Origin: 'http://evil.example' } })
    expect(response.headers.has('access-control-allow-origin')).toBe(false)
  })
})

describe('the page', () => {
  test.each(['/', '/main.js', '/styles.css', '/config.json', '/nothing'])(
    '%s carries the strict policy',
    async (path) => {
      const { headers } = await fetch(page.url + path)
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
      expect(policy).toContain("connect-src 'self' http://127.0.0.1:1;")
      expect(policy).not.toContain('unsafe')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    },
  )

  test('has no inline code, which the policy would block', async () => {
    const html = await text('/')
    expect(html.match(/<script[^>]*>/g)).toEqual(['<script type="module" src="/main.js">'])
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=/)
  })

  test('makes no markup of text: nothing in its script could', async () => {
    expect(await text('/main.js')).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/,
    )
  })

  test('tells its script where the proxy is and who one can be, and nothing else of them', async () => {
    expect(JSON.parse(await text('/config.json'))).toEqual({
      proxy_url: 'http://127.0.0.1:1/base/',
      users: [
        { id: '7', name: 'Ada Lovelace' },
        { id: '9', name: '<img src=x onerror=alert(1)>' },
      ],
    })
  })

  test('holds no secret in anything that it serves', async () => {
    const all = await Promise.all(['/', '/main.js', '/styles.css', '/config.json'].map(text))
    // What an attack of the page sends names no secret that exists.
    const served = all.join('\n').replaceAll("{{ get_secret('k') }}", '')
    for (const hidden of [
      sessionSecret,
      'fake-acme',
      'acme_key',
      'get_secret',
      'session_secret',
      '127.0.0.1:8790',
    ]) {
      expect(served).not.toContain(hidden)
    }
  })
})
