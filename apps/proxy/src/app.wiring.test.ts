/** Proves by requests that each guard is mounted, and that refusals come in the order of the contract. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { HttpAnswer } from './testing/http-call.ts'
import { type SampleApi, startSampleApi } from './testing/sample-api.ts'
import { bearer, compiled, sessionToken, startTestProxy, type TestProxy } from './testing/test-proxy.ts'

const app = 'https://app.example.com'
const evil = 'https://evil.example.com'
let api: SampleApi
let proxy: TestProxy

beforeAll(async () => {
  api = await startSampleApi((_incoming, outgoing) => {
    outgoing
      .writeHead(200, { 'content-type': 'application/json', 'x-total': '1', etag: '"v1"' })
      .end('{"ok":true}')
  })
  const url = `http://${api.host}/items`
  const connectors = [
    compiled({ permalink: 'read', url }),
    compiled({ permalink: 'write', url, method: 'POST' }),
    compiled({ permalink: 'options', url, method: 'OPTIONS' }),
    compiled({ permalink: 'editors', url, method: 'POST', roles: ['editor'], rate_limit: limit(1) }),
    compiled({ permalink: 'limited', url, rate_limit: limit(2) }),
    compiled({ permalink: 'open', url, access: 'anonymous' }),
    compiled({ permalink: 'open-to-users', url: `${url}?u={{ user.id }}`, access: 'anonymous' }),
    compiled({ permalink: 'open-to-editors', url, access: 'anonymous', roles: ['editor'] }),
    compiled({ permalink: 'theirs', url }, 'other'),
    compiled({ permalink: 'read', url }, 'cookies'),
    compiled({ permalink: 'write', url, method: 'POST' }, 'cookies'),
  ]
  proxy = await startTestProxy({
    tenants: [
      { id: 'acme', origins: [app] },
      { id: 'other', hosts: ['other.test'] },
      { id: 'cookies', origins: [app], cookieSessions: true },
    ],
    defaultTenantId: 'acme',
    connectors,
    apis: [api.host],
  })
})

afterAll(async () => {
  await proxy.close()
  await api.close()
})

function limit(requests: number) {
  return { requests, per_seconds: 60, scope: 'user' as const }
}

const execute = (permalink: string, query = '') => `/connectors/${permalink}/execute${query}`

function codeOf({ status, headers }: HttpAnswer): string {
  return headers['x-connector-error'] === undefined
    ? String(status)
    : `${status} ${headers['x-connector-error']}`
}

async function cookieHeaders(claims = {}) {
  const cookie = await sessionToken({ tenant_id: 'cookies', ...claims })
  const { body } = await proxy.call('/connectors/csrf', {
    headers: { cookie: `sluice_session=${cookie}`, 'sec-fetch-site': 'same-origin' },
  })
  return { cookie: `sluice_session=${cookie}`, 'x-csrf-token': String(JSON.parse(body).csrf_token) }
}

describe('a call that is admitted', () => {
  test('reaches the API and brings back its answer with the headers of the contract', async () => {
    const answer = await proxy.call(execute('read'), {
      headers: { ...(await bearer()), 'x-request-id': 'r-1' },
    })
    expect(answer.status).toBe(200)
    expect(answer.body).toBe('{"ok":true}')
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json',
      'x-total': '1',
      etag: '"v1"',
      'x-request-id': 'r-1',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      vary: 'Authorization, Cookie, Origin, X-Path-Params, X-Header-Params',
    })
    expect(answer.headers['x-connector-error']).toBeUndefined()
    expect(answer.headers['cache-status']).toMatch(/^sluice; fwd=/)
    expect(answer.headers['server-timing']).toMatch(
      /^setup;dur=\d+\.\d, transform;dur=\d+\.\d, auth;dur=\d+\.\d, cache;dur=\d+\.\d, external;dur=\d+\.\d, total;dur=\d+\.\d$/,
    )
    const timing = JSON.parse(String(answer.headers['x-connector-timing']))
    expect(timing).toMatchObject({ request_id: 'r-1', cache_hit: false })
    expect(Object.keys(timing.breakdown)).toEqual([
      'setup_ms',
      'transform_ms',
      'auth_ms',
      'cache_ms',
      'http_request_ms',
    ])
    expect(timing.total_ms).toBeGreaterThanOrEqual(timing.external_ms)
  })

  test('is answered 304 where the caller has the answer already', async () => {
    const headers = { ...(await bearer()), 'if-none-match': '"v1"' }
    const answer = await proxy.call(execute('read'), { headers })
    expect([answer.status, answer.body]).toEqual([304, ''])
    expect(answer.headers['x-request-id']).toBeDefined()
  })

  test('leaves one line in the log, without query or header values', async () => {
    const { authorization } = await bearer()
    await proxy.call(execute('read', '?secret-key=secret-value'), {
      headers: { authorization, 'x-request-id': 'logged', 'x-header-params': 'secret-name=secret-text' },
    })
    const lines = proxy.log.filter((line) => line.request_id === 'logged')
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({
      tenant: 'acme',
      connector: 'read',
      status: 400,
      code: 'OVERRIDE_NOT_PERMITTED',
    })
    const text = JSON.stringify(lines)
    for (const part of ['secret', authorization, authorization.slice(-20)]) expect(text).not.toContain(part)
  })
})

describe('the session guard', () => {
  test('lets a session of a tenant that has nothing here find nothing', async () => {
    const headers = await bearer({ tenant_id: 'x' })
    expect(codeOf(await proxy.call(execute('read'), { headers }))).toBe('404 CONNECTOR_NOT_FOUND')
  })

  test('refuses a bad token, and says how to authenticate', async () => {
    for (const authorization of ['Bearer nonsense', 'Basic dXNlcjpwYXNz', 'Bearer']) {
      const answer = await proxy.call(execute('read'), { headers: { authorization } })
      expect(codeOf(answer)).toBe('401 INVALID_SESSION')
      expect(answer.headers['www-authenticate']).toBe('Bearer error="invalid_token"')
    }
  })

  test('refuses two credentials at once, two Authorization headers and two session cookies', async () => {
    const { authorization } = await bearer()
    const cookie = `sluice_session=${await sessionToken()}`
    for (const headers of [
      { authorization, cookie },
      { authorization: [authorization, authorization] },
      { cookie: `${cookie}; ${cookie}` },
    ]) {
      expect(codeOf(await proxy.call(execute('read'), { headers }))).toBe('400 INVALID_REQUEST')
    }
  })

  test('takes a session cookie only for a tenant that uses them', async () => {
    const headers = { cookie: `sluice_session=${await sessionToken()}`, 'sec-fetch-site': 'same-origin' }
    expect(codeOf(await proxy.call(execute('read'), { headers }))).toBe('401 INVALID_SESSION')
  })

  test('tells an anonymous caller nothing about what is not open to everybody', async () => {
    for (const permalink of [
      'read',
      'write',
      'missing',
      'theirs',
      'open-to-users',
      'open-to-editors',
      '__proto__',
    ]) {
      for (const method of ['GET', 'POST', 'TRACE']) {
        const answer = await proxy.call(execute(permalink), { method })
        expect(codeOf(answer)).toBe('401 AUTHENTICATION_REQUIRED')
        expect(answer.headers['www-authenticate']).toBe('Bearer')
      }
    }
    expect(codeOf(await proxy.call(execute('open')))).toBe('200')
    expect(codeOf(await proxy.call(execute('open'), { method: 'POST' }))).toBe('405 METHOD_NOT_ALLOWED')
  })

  test('takes the tenant of an anonymous caller from the Host before the default', async () => {
    expect(codeOf(await proxy.call(execute('open'), { headers: { host: 'other.test' } }))).toBe(
      '401 AUTHENTICATION_REQUIRED',
    )
  })

  test('answers 401 where not even a tenant is known', async () => {
    const lonely = await startTestProxy({
      connectors: [compiled({ permalink: 'open', access: 'anonymous' })],
    })
    expect(codeOf(await lonely.call(execute('open')))).toBe('401 AUTHENTICATION_REQUIRED')
    await lonely.close()
  })
})

describe('the connector guard', () => {
  test('answers 404 for what does not exist and for what is another tenant’s, in the same words', async () => {
    const headers = await bearer()
    const bodies = new Set<string>()
    for (const permalink of ['missing', 'theirs', '__proto__', 'constructor']) {
      const answer = await proxy.call(execute(permalink), { headers: { ...headers, 'x-request-id': 'same' } })
      expect(codeOf(answer)).toBe('404 CONNECTOR_NOT_FOUND')
      bodies.add(answer.body)
    }
    expect(bodies.size).toBe(1)
  })

  test('answers any other method than the connector’s with 405 and Allow, unusual ones too', async () => {
    const headers = await bearer()
    for (const method of ['POST', 'HEAD', 'PUT', 'OPTIONS', 'TRACE', 'PROPFIND']) {
      const answer = await proxy.call(execute('read'), { method, headers })
      expect([codeOf(answer), answer.headers.allow]).toEqual(['405 METHOD_NOT_ALLOWED', 'GET'])
    }
  })

  test('answers a path that does not exist as a problem', async () => {
    for (const [method, target] of [
      ['GET', '/'],
      ['PROPFIND', '/connectors/read'],
      ['TRACE', '/x'],
    ] as const) {
      expect(codeOf(await proxy.call(target, { method }))).toBe('404 CONNECTOR_NOT_FOUND')
    }
  })
})

describe('the guards of roles, Host, origin and CSRF', () => {
  test('a user without the role is refused, one with it is not', async () => {
    const editor = await bearer({ roles: ['editor'], sub: 'e1' })
    expect(codeOf(await proxy.call(execute('editors'), { method: 'POST', headers: await bearer() }))).toBe(
      '403 FORBIDDEN',
    )
    expect(codeOf(await proxy.call(execute('editors'), { method: 'POST', headers: editor }))).toBe('200')
  })

  test('a Host of another tenant than the session’s is refused', async () => {
    const headers = { ...(await bearer()), host: 'other.test' }
    expect(codeOf(await proxy.call(execute('read'), { headers }))).toBe('403 FORBIDDEN')
    expect(codeOf(await proxy.call('/connectors/manifest', { headers }))).toBe('403 FORBIDDEN')
  })

  test('a page of an unlisted origin changes nothing; nobody’s page and a listed one do', async () => {
    const post = async (origin: object) =>
      codeOf(
        await proxy.call(execute('write'), { method: 'POST', headers: { ...(await bearer()), ...origin } }),
      )
    expect(await post({ origin: evil })).toBe('403 ORIGIN_NOT_ALLOWED')
    expect(await post({ origin: 'null' })).toBe('403 ORIGIN_NOT_ALLOWED')
    expect(await post({ origin: `${app}.evil.example.com` })).toBe('403 ORIGIN_NOT_ALLOWED')
    expect(await post({ origin: evil, 'sec-fetch-site': 'same-site' })).toBe('403 ORIGIN_NOT_ALLOWED')
    expect(await post({ origin: app })).toBe('200')
    expect(await post({})).toBe('200')
    expect(await post({ origin: proxy.url, 'sec-fetch-site': 'same-origin' })).toBe('200')
  })

  test('a call with a cookie needs a listed origin or its own, and its CSRF token', async () => {
    const mine = await cookieHeaders()
    const { cookie } = mine
    const foreign = (await cookieHeaders({ sub: 'somebody else' }))['x-csrf-token']
    const own = { 'sec-fetch-site': 'same-origin' }
    const get = async (headers: object) =>
      codeOf(await proxy.call(execute('read'), { headers: { ...headers } }))
    expect(await get({ ...mine, ...own })).toBe('200')
    expect(await get({ ...mine, origin: app })).toBe('200')
    expect(await get(mine)).toBe('403 ORIGIN_NOT_ALLOWED')
    expect(await get({ ...mine, origin: evil })).toBe('403 ORIGIN_NOT_ALLOWED')
    expect(await get({ ...mine, origin: 'null' })).toBe('403 ORIGIN_NOT_ALLOWED')
    for (const token of [undefined, '', 'x', foreign, mine['x-csrf-token'].slice(1)]) {
      const headers = { cookie, ...own, ...(token !== undefined && { 'x-csrf-token': token }) }
      expect(await get(headers)).toBe('403 CSRF_FAILED')
    }
  })

  test('the CSRF token is handed out to the session’s own pages only', async () => {
    const cookie = `sluice_session=${await sessionToken({ tenant_id: 'cookies' })}`
    const ask = async (headers: object) =>
      codeOf(await proxy.call('/connectors/csrf', { headers: { ...headers } }))
    expect(await ask({})).toBe('401 AUTHENTICATION_REQUIRED')
    expect(await ask(await bearer())).toBe('401 AUTHENTICATION_REQUIRED')
    expect(await ask({ cookie })).toBe('403 ORIGIN_NOT_ALLOWED')
    expect(await ask({ cookie, origin: evil })).toBe('403 ORIGIN_NOT_ALLOWED')
    expect(await ask({ cookie, origin: app, host: 'other.test' })).toBe('403 FORBIDDEN')
    expect(await ask({ cookie, origin: app })).toBe('200')
  })
})

describe('the rate limit', () => {
  test('counts per user, tells what is left, and refuses with Retry-After', async () => {
    const headers = await bearer({ sub: 'busy' })
    const first = await proxy.call(execute('limited'), { headers })
    expect(first.headers['ratelimit-policy']).toBe('"user";q=2;w=60')
    expect(first.headers.ratelimit).toMatch(/^"user";r=1;t=\d+$/)
    await proxy.call(execute('limited'), { headers })
    const refused = await proxy.call(execute('limited'), { headers })
    expect(codeOf(refused)).toBe('429 RATE_LIMITED')
    expect(refused.headers.ratelimit).toMatch(/^"user";r=0;t=\d+$/)
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect(codeOf(await proxy.call(execute('limited'), { headers: await bearer({ sub: 'calm' }) }))).toBe(
      '200',
    )
  })
})

describe('the order of refusals', () => {
  test('each check comes before the next one', async () => {
    const bad = '?locked=%ff'
    const call = (permalink: string, headers: object, method = 'GET') =>
      proxy.call(execute(permalink, bad), { method, headers: { ...headers } })
    const user = await bearer({ sub: 'ordered' })
    const editor = await bearer({ sub: 'ordered', roles: ['editor'] })
    const foreign = { origin: evil }
    const answers = [
      await call('missing', { authorization: 'Bearer x', ...foreign }, 'PUT'),
      await call('missing', { ...user, ...foreign }, 'PUT'),
      await call('editors', { ...user, ...foreign }, 'PUT'),
      await call('editors', { ...user, ...foreign }, 'POST'),
      await call('editors', { ...editor, ...foreign }, 'POST'),
      await call('editors', editor, 'POST'),
      await call('editors', editor, 'POST'),
    ]
    expect(answers.map(codeOf)).toEqual([
      '401 INVALID_SESSION',
      '404 CONNECTOR_NOT_FOUND',
      '405 METHOD_NOT_ALLOWED',
      '403 FORBIDDEN',
      '403 ORIGIN_NOT_ALLOWED',
      // Only a call that got this far is counted, and the limit is one.
      '400 INVALID_REQUEST',
      '429 RATE_LIMITED',
    ])
  })

  test('a call that is refused never reaches the API', async () => {
    const before = api.received.length
    await proxy.call(execute('read', '?locked=1'), { headers: await bearer() })
    await proxy.call(execute('write'), { method: 'POST', headers: { ...(await bearer()), origin: evil } })
    await proxy.call(execute('read'), {})
    expect(api.received.length).toBe(before)
  })
})

describe('what an API sends is never loaded as a resource of this origin', () => {
  test.each([
    'script',
    'document',
    'iframe',
    'image',
    'style',
    'worker',
    'serviceworker',
    'Empty',
    '',
    'empty, script',
  ])('a call loaded as %j is refused', async (loadedAs) => {
    const headers = { 'sec-fetch-dest': loadedAs, 'sec-fetch-site': 'same-origin' }
    expect(codeOf(await proxy.call(execute('open'), { headers }))).toBe('403 ORIGIN_NOT_ALLOWED')
    const asUser = { ...headers, ...(await bearer()) }
    expect(codeOf(await proxy.call(execute('read'), { headers: asUser }))).toBe('403 ORIGIN_NOT_ALLOWED')
  })

  test('fetch, and what is no browser, may call', async () => {
    expect((await proxy.call(execute('open'), { headers: { 'sec-fetch-dest': 'empty' } })).status).toBe(200)
    expect((await proxy.call(execute('open'))).status).toBe(200)
  })

  test('the refusal comes after what tells who may know of the connector', async () => {
    const headers = { 'sec-fetch-dest': 'script' }
    expect(codeOf(await proxy.call(execute('read'), { headers }))).toBe('401 AUTHENTICATION_REQUIRED')
    const user = { ...headers, ...(await bearer()) }
    expect(codeOf(await proxy.call(execute('missing'), { headers: user }))).toBe('404 CONNECTOR_NOT_FOUND')
  })
})

describe('CORS', () => {
  const preflight = { method: 'OPTIONS', headers: { origin: app, 'access-control-request-method': 'POST' } }

  test('a preflight passes for a listed origin without a session, whatever it is for', async () => {
    for (const target of [execute('write'), execute('missing'), '/connectors/manifest']) {
      const answer = await proxy.call(target, preflight)
      expect(answer.status).toBe(204)
      expect(answer.headers['access-control-allow-origin']).toBe(app)
      expect(answer.headers['access-control-allow-headers']).toContain('x-path-params')
      expect(answer.headers['access-control-allow-headers']).toContain('authorization')
    }
  })

  test('a preflight may name what the contract knows, and what monitoring scripts add to every call', async () => {
    const asked =
      'idempotency-key, x-connector-digest, baggage, sentry-trace, newrelic, X-Datadog-Trace-Id, x-other'
    const headers = { ...preflight.headers, 'access-control-request-headers': asked }
    const { status, headers: given } = await proxy.call(execute('write'), { ...preflight, headers })
    expect(status).toBe(204)
    const allowed = String(given['access-control-allow-headers']).split(', ')
    expect(allowed).toEqual(
      expect.arrayContaining([
        'idempotency-key',
        'x-connector-digest',
        'baggage',
        'sentry-trace',
        'newrelic',
      ]),
    )
    expect(allowed).toContain('x-datadog-trace-id')
    expect(allowed).not.toContain('x-other')
    expect(given.vary).toContain('Access-Control-Request-Headers')
  })

  test('what a preflight asks for never becomes more than a list of names', async () => {
    const asked = 'x-datadog-a b, x-datadog-\u00e9, x-datadog-;x, x-datadog-ok'
    const headers = { ...preflight.headers, 'access-control-request-headers': asked }
    const { headers: given } = await proxy.call(execute('write'), { ...preflight, headers })
    expect(given['access-control-allow-headers']).toMatch(/, x-datadog-ok$/)
    expect(given['access-control-allow-headers']).not.toMatch(/datadog-(?:a|;|\u00e9)/)
  })

  test('monitoring headers change nothing of a call', async () => {
    const headers = {
      ...(await bearer()),
      origin: app,
      baggage: 'a=1',
      'x-datadog-trace-id': '1',
      newrelic: 'x',
    }
    const answer = await proxy.call(execute('read', '?'), { headers })
    expect(answer.status).toBe(200)
    expect(JSON.stringify(api.received.at(-1))).not.toMatch(/datadog|newrelic|baggage/)
  })

  test('a preflight of an unlisted origin, of none and of null gets no CORS headers', async () => {
    for (const origin of [evil, 'null', undefined]) {
      const headers = { 'access-control-request-method': 'POST', ...(origin !== undefined && { origin }) }
      const answer = await proxy.call(execute('write'), { method: 'OPTIONS', headers })
      expect(codeOf(answer)).toBe('403 ORIGIN_NOT_ALLOWED')
      expect(answer.headers['access-control-allow-origin']).toBeUndefined()
    }
  })

  test('at a registered Host only the list of its tenant counts', async () => {
    const answer = await proxy.call(execute('write'), {
      ...preflight,
      headers: { ...preflight.headers, host: 'other.test' },
    })
    expect(codeOf(answer)).toBe('403 ORIGIN_NOT_ALLOWED')
  })

  test('OPTIONS without Access-Control-Request-Method is a call like any other', async () => {
    const answer = await proxy.call(execute('options'), { method: 'OPTIONS', headers: await bearer() })
    expect(codeOf(answer)).toBe('200')
  })

  test('an answer and a problem can be read, with every header, by a listed origin', async () => {
    const headers = { ...(await bearer()), origin: app }
    for (const target of [execute('read'), execute('missing'), execute('read', '?locked=1')]) {
      const answer = await proxy.call(target, { headers })
      expect(answer.headers['access-control-allow-origin']).toBe(app)
      expect(answer.headers['access-control-allow-credentials']).toBeUndefined()
      const exposed = String(answer.headers['access-control-expose-headers']).split(', ')
      const unexposed = Object.keys(answer.headers).filter((name) => !exposed.includes(name))
      expect(unexposed.filter((name) => !name.startsWith('access-control-')).sort()).toEqual(
        ['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding'].filter(
          (name) => name in answer.headers && !exposed.includes(name),
        ),
      )
    }
  })

  test('a problem before the tenant is known can be read as well', async () => {
    const answer = await proxy.call(execute('read'), { headers: { origin: app, authorization: 'Bearer x' } })
    expect(codeOf(answer)).toBe('401 INVALID_SESSION')
    expect(answer.headers['access-control-allow-origin']).toBe(app)
  })

  test('credentials are granted only where the tenant uses cookie sessions', async () => {
    const answer = await proxy.call(execute('read'), { headers: { ...(await cookieHeaders()), origin: app } })
    expect(answer.status).toBe(200)
    expect(answer.headers['access-control-allow-credentials']).toBe('true')
  })

  test('an origin that is listed by another tenant only gets nothing', async () => {
    const headers = { ...(await bearer({ tenant_id: 'other' })), origin: app }
    const answer = await proxy.call(execute('theirs'), { headers })
    expect(answer.status).toBe(200)
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  })
})

describe('a problem', () => {
  test('has the form of RFC 9457 and the headers that every answer has', async () => {
    const answer = await proxy.call(execute('read', '?locked=1'), {
      headers: { ...(await bearer()), 'x-request-id': 'p-1' },
    })
    expect(JSON.parse(answer.body)).toEqual({
      type: 'https://sluice.dev/problems/override-not-permitted',
      title: 'An override is not permitted',
      status: 400,
      detail: expect.any(String),
      code: 'OVERRIDE_NOT_PERMITTED',
      stage: 'merge',
      params: ['locked'],
      request_id: 'p-1',
    })
    expect(answer.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-request-id': 'p-1',
      'x-connector-error': 'OVERRIDE_NOT_PERMITTED',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
    })
    expect(JSON.parse(String(answer.headers['x-connector-timing']))).toMatchObject({
      error: 'OVERRIDE_NOT_PERMITTED',
    })
  })

  test('of a failure that nobody foresaw says nothing outside, and its place but not its words in the log', async () => {
    const failing = await startTestProxy({
      override: () => ({
        sessions: {
          verify() {
            throw new TypeError('SENTINEL 10.0.0.7\n    at SENTINEL')
          },
        },
      }),
    })
    const answer = await failing.call(execute('read'), { headers: await bearer() })
    await failing.close()
    expect(codeOf(answer)).toBe('500 INTERNAL_ERROR')
    expect(answer.body + JSON.stringify(answer.headers)).not.toContain('SENTINEL')
    expect(failing.log).toHaveLength(1)
    expect(failing.log[0]).toMatchObject({ code: 'INTERNAL_ERROR', cause: { name: 'TypeError' } })
    expect(JSON.stringify(failing.log)).toContain('app.wiring.test.ts')
    expect(JSON.stringify(failing.log)).not.toContain('SENTINEL')
  })
})

describe('the manifest', () => {
  test('holds only what the session may call, and nothing of where it goes', async () => {
    const permalinksFor = async (headers: object) => {
      const { body } = await proxy.call('/connectors/manifest', { headers: { ...headers } })
      expect(body).not.toContain(api.host)
      expect(body).not.toContain('editor"')
      return Object.keys(JSON.parse(body).connectors)
    }
    expect(await permalinksFor({})).toEqual(['open'])
    const all = ['editors', 'limited', 'open', 'open-to-editors', 'open-to-users', 'options', 'read', 'write']
    expect(await permalinksFor(await bearer({ roles: ['editor'] }))).toEqual(all)
    expect(await permalinksFor(await bearer())).toEqual(all.filter((it) => !it.includes('editors')))
    expect(await permalinksFor(await bearer({ tenant_id: 'other' }))).toEqual(['theirs'])
  })

  test('is given to a cookie session’s own pages only', async () => {
    const cookie = `sluice_session=${await sessionToken({ tenant_id: 'cookies' })}`
    const ask = async (headers: object) =>
      codeOf(await proxy.call('/connectors/manifest', { headers: { cookie, ...headers } }))
    expect(await ask({})).toBe('403 ORIGIN_NOT_ALLOWED')
    expect(await ask({ origin: evil })).toBe('403 ORIGIN_NOT_ALLOWED')
    expect(await ask({ 'sec-fetch-site': 'same-origin' })).toBe('200')
  })

  test('is answered 304 to who has it', async () => {
    const headers = await bearer()
    const { etag } = (await proxy.call('/connectors/manifest', { headers })).headers
    const again = await proxy.call('/connectors/manifest', {
      headers: { ...headers, 'if-none-match': `W/${etag}` },
    })
    expect([again.status, again.body, again.headers.etag]).toEqual([304, '', etag])
  })
})
