/** A caller tries to get what it may not have. Everything runs through a real `sluice dev` and a real API. */
import { Agent } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type RecordingApi, startRecordingApi } from './harness/recording-api.ts'
import { secretForms } from './harness/secret-forms.ts'
import { bearer, sessionSecret, sessionToken } from './harness/session-token.ts'
import { type SluiceDev, startSluiceDev } from './harness/sluice-dev.ts'
import { type WireAnswer, type WireCall, wireCall } from './harness/wire-call.ts'

const secrets = { k: 'sk-live-e2e-4f1c9a7be2', p: 'pw-live-e2e-77aa01c2d9' }
const marker = "{{ get_secret('k') }}"

let api: RecordingApi
let sluice: SluiceDev
const answers: WireAnswer[] = []

const registry = {
  connectors: [
    {
      name: 'Guarded',
      url: "{{ get_variable('api') }}/guarded/{{ pathParams.id }}?fixed=1",
      headers: [
        { key: 'X-Locked', value: 'locked-header' },
        { key: 'X-Open', value: 'open', overridable: true },
        { key: 'X-Name', value: "{{ user.first_name | default: '' }}" },
      ],
      query_parameters: [
        { key: 'locked', value: 'locked-query' },
        { key: 'open', value: 'open', overridable: true },
      ],
      path_parameters: [{ key: 'id', value: 'home' }],
      authentication: { type: 'api_key', config: { key: 'X-Key', value: "{{ get_secret('k') }}" } },
    },
    {
      name: 'Text path',
      url: "{{ get_variable('api') }}/text/{{ pathParams.x }}/end",
      path_parameters: [{ key: 'x', format: 'text' }],
    },
    {
      name: 'Deep path',
      url: "{{ get_variable('api') }}/deep/{{ pathParams.x }}",
      path_parameters: [{ key: 'x', format: 'path' }],
    },
    { name: 'User path', url: "{{ get_variable('api') }}/user/{{ user.id }}/end" },
    {
      name: 'Echo',
      url: "{{ get_variable('api') }}/echo",
      response_body: '{"said": {{ response.json.text | json }}, "by": {{ user.first_name | json }}}',
    },
    {
      name: 'Basic',
      url: "{{ get_variable('api') }}/basic",
      authentication: { type: 'basic', config: { username: 'sluice', password: "{{ get_secret('p') }}" } },
    },
    { name: 'Staff', url: "{{ get_variable('api') }}/staff", roles: ['staff'] },
    { name: 'Open', url: "{{ get_variable('api') }}/open", access: 'anonymous' },
    {
      name: 'Broken',
      url: "{{ get_variable('api') }}/broken",
      headers: [{ key: 'X-S', value: "{{ get_secret('absent') }}" }],
    },
  ],
}

beforeAll(async () => {
  api = await startRecordingApi({
    echo: (_, response) => void response.end(JSON.stringify({ text: `${marker} {% assign x = 1 %}` })),
  })
  const config = {
    tenant_id: 'demo',
    session_secret: sessionSecret,
    secrets,
    variables: { api: api.origin },
    allow_upstreams: [`127.0.0.1:${api.port}`],
    origins: ['https://app.example.com'],
  }
  sluice = await startSluiceDev({ registry, config })
})

afterAll(async () => {
  await sluice?.stop()
  await api?.close()
})

beforeEach(() => {
  api.received.length = 0
})

async function call(call: WireCall, claims = {}): Promise<WireAnswer> {
  const answer = await wireCall(sluice.url, {
    ...call,
    headers: [await bearer(claims), ...(call.headers ?? [])],
  })
  answers.push(answer)
  return answer
}

const guarded = '/connectors/guarded/execute'

function expectRefused(answer: WireAnswer, status: number, code: string): void {
  expect(answer.json()).toMatchObject({
    status,
    code,
    request_id: expect.any(String),
    stage: expect.any(String),
  })
  expect(answer.headers['x-connector-error']).toBe(code)
  expect(answer.headers['content-type']).toBe('application/problem+json')
  expect(api.received, 'nothing may reach the API').toEqual([])
}

describe('locked keys stay locked', () => {
  test.each<[string, WireCall, string]>([
    ['query', { target: `${guarded}?locked=x` }, 'locked'],
    ['query, other case', { target: `${guarded}?LOCKED=x` }, 'LOCKED'],
    ['query, escaped letters', { target: `${guarded}?%6cocked=x` }, 'locked'],
    ['query, array', { target: `${guarded}?locked%5B%5D=x` }, 'locked[]'],
    ['query, beside a permitted one', { target: `${guarded}?open=1&locked=x&open=2` }, 'locked'],
    ['the URL’s own key', { target: `${guarded}?fixed=2` }, 'fixed'],
    ['header', { target: guarded, headers: [['X-Header-Params', 'X-Locked=x']] }, 'X-Locked'],
    ['header, other case', { target: guarded, headers: [['X-Header-Params', 'x-LOCKED=x']] }, 'x-LOCKED'],
    ['the credential', { target: guarded, headers: [['X-Header-Params', 'X-Key=x']] }, 'X-Key'],
    ['Host', { target: guarded, headers: [['X-Header-Params', 'Host=evil.example']] }, 'Host'],
    ['path', { target: guarded, headers: [['X-Path-Params', 'id=1&other=2']] }, 'other'],
    ['__proto__', { target: `${guarded}?__proto__=x` }, '__proto__'],
    ['constructor', { target: guarded, headers: [['X-Path-Params', 'constructor=x']] }, 'constructor'],
  ])('%s', async (_, wire, key) => {
    const answer = await call(wire)
    expectRefused(answer, 400, 'OVERRIDE_NOT_PERMITTED')
    expect(answer.json().params).toContain(key)
  })

  test.each<[string, readonly (readonly [string, string])[]]>([
    ['a header parameter twice', [['X-Header-Params', 'X-Open=1&x-open=2']]],
    ['a path parameter twice', [['X-Path-Params', 'id=1&id=2']]],
    ['bad percent-encoding', [['X-Path-Params', 'id=%zz']]],
    ['bad UTF-8', [['X-Header-Params', 'X-Open=%ff']]],
    [
      'the header itself twice',
      [
        ['X-Path-Params', 'id=1'],
        ['X-Path-Params', 'id=2'],
      ],
    ],
    ['an overlong header', [['X-Path-Params', `id=${'a'.repeat(4100)}`]]],
  ])('malformed: %s', async (_, headers) => {
    expectRefused(await call({ target: guarded, headers }), 400, 'INVALID_REQUEST')
  })

  test('the browser’s own headers never count as overrides and are never forwarded', async () => {
    const headers = [
      ['X-Locked', 'from the browser'],
      ['X-Open', 'from the browser'],
      ['X-Key', 'from the browser'],
      ['Cookie', 'a=b'],
      ['User-Agent', 'a browser'],
      ['Accept', 'image/png'],
      ['X-Forwarded-For', '203.0.113.9'],
    ] as const
    expect((await call({ target: guarded, headers })).status).toBe(200)
    const { headers: seen } = api.received[0] ?? { headers: {} }
    expect(seen).toMatchObject({ 'x-locked': 'locked-header', 'x-open': 'open', 'x-key': secrets.k })
    expect(Object.values(seen).join()).not.toContain('browser')
    for (const name of ['cookie', 'accept', 'authorization', 'x-forwarded-for'])
      expect(seen).not.toHaveProperty(name)
  })
})

describe('data is never code', () => {
  test('an override arrives as the characters that were sent', async () => {
    const query = new URLSearchParams({ open: marker })
    const headers = [['X-Header-Params', new URLSearchParams({ 'X-Open': marker }).toString()]] as const
    await call({ target: `${guarded}?${query}`, headers })
    expect(new URL(`http://x${api.received[0]?.target}`).searchParams.get('open')).toBe(marker)
    expect(api.received[0]?.headers['x-open']).toBe(marker)
  })

  test('so does a user’s name', async () => {
    await call({ target: guarded }, { given_name: marker })
    expect(api.received[0]?.headers['x-name']).toBe(marker)
  })

  test('so does what an API answers', async () => {
    const answer = await call({ target: '/connectors/echo/execute' }, { given_name: marker })
    expect(answer.json()).toEqual({ said: `${marker} {% assign x = 1 %}`, by: marker })
  })
})

describe('headers cannot be split', () => {
  test.each(['a\r\nX-Evil: 1', 'a\nb', 'a\rb', 'a\u0000b', 'łódź', 'a\u007fb'])(
    'by an override %j',
    async (value) => {
      const params = new URLSearchParams({ 'X-Open': value })
      const answer = await call({ target: guarded, headers: [['X-Header-Params', params.toString()]] })
      expectRefused(answer, 400, 'INVALID_OVERRIDE')
      expect(answer.json().params).toEqual([{ key: 'X-Open', rule: 'header_value' }])
    },
  )

  test.each(['a\r\nX-Evil: 1', 'łódź', 'a\u0000b'])('by a user’s name %j', async (given_name) => {
    expectRefused(await call({ target: guarded }, { given_name }), 422, 'TEMPLATE_RENDERING_FAILED')
  })
})

describe('paths lead where they point', () => {
  const bad = [
    '.',
    '..',
    '../admin',
    '..%2fadmin',
    '%2e%2e',
    '%2e%2e/admin',
    'a\\..\\b',
    '..\\admin',
    'a\u0000',
    '/..',
    'a/../..',
  ]

  test.each([...bad, 'a/b', 'a%2fb', 'a;b', 'a?b', 'a#b', ''])('format segment refuses %j', async (id) => {
    const params = new URLSearchParams({ id }).toString()
    const answer = await call({ target: guarded, headers: [['X-Path-Params', params]] })
    expectRefused(answer, 400, 'INVALID_PATH_PARAMETERS')
    expect(answer.json().params).toEqual(['id'])
  })

  test.each(['text-path', 'deep-path'])('%s refuses every dot segment', async (permalink) => {
    for (const x of bad) {
      const params = new URLSearchParams({ x }).toString()
      const answer = await call({
        target: `/connectors/${permalink}/execute`,
        headers: [['X-Path-Params', params]],
      })
      expectRefused(answer, 400, 'INVALID_PATH_PARAMETERS')
    }
  })

  test.each([
    ['text-path', 'a/b?c#d', '/text/a%2Fb%3Fc%23d/end'],
    ['text-path', '%2f', '/text/%252f/end'],
    ['text-path', '/', '/text/%2F/end'],
    ['deep-path', 'a/b c/ü', '/deep/a/b%20c/%C3%BC'],
    ['deep-path', 'a?b=c#d', '/deep/a%3Fb%3Dc%23d'],
  ])('%s carries %j as %s', async (permalink, x, target) => {
    const params = new URLSearchParams({ x }).toString()
    await call({ target: `/connectors/${permalink}/execute`, headers: [['X-Path-Params', params]] })
    expect(api.received[0]?.target).toBe(target)
  })

  test.each(['..', '.', '../admin', '..%2fadmin', 'a/../../admin', '%2e%2e', 'a\\b'])(
    'user.id %j cannot leave its segment',
    async (sub) => {
      const answer = await call({ target: '/connectors/user-path/execute' }, { sub })
      if (answer.status === 422) expectRefused(answer, 422, 'TEMPLATE_RENDERING_FAILED')
      else expect(api.received[0]?.target).toBe(`/user/${encodeURIComponent(sub)}/end`)
    },
  )

  test.each(['..', '.'])('user.id %j is refused, for a parser would follow it', async (sub) => {
    const answer = await call({ target: '/connectors/user-path/execute' }, { sub })
    expectRefused(answer, 422, 'TEMPLATE_RENDERING_FAILED')
  })
})

describe('sessions', () => {
  const target = guarded
  const now = Math.floor(Date.now() / 1000)
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const claims = { iss: 'sluice-dev', aud: 'sluice', sub: '7', tenant_id: 'demo', exp: now + 600 }
  const unsigned = (header: object) => `${encode(header)}.${encode(claims)}.`

  test.each<[string, () => string | Promise<string>]>([
    ['not a token', () => 'nonsense'],
    ['alg none', () => unsigned({ alg: 'none', typ: 'JWT' })],
    ['alg NONE', () => unsigned({ alg: 'NONE', typ: 'JWT' })],
    ['no signature', async () => (await sessionToken()).replace(/\.[^.]*$/, '.')],
    ['another secret', () => sessionToken({}, 'another secret of at least 32 bytes!!')],
    [
      'changed claims',
      async () => (await sessionToken()).replace(/\.[^.]*\./, `.${encode({ ...claims, sub: '8' })}.`),
    ],
    ['expired', () => sessionToken({ exp: now - 3600 })],
    ['another issuer', () => sessionToken({ iss: 'evil' })],
    ['another audience', () => sessionToken({ aud: 'evil' })],
    ['no tenant', () => sessionToken({ tenant_id: undefined })],
    ['an empty tenant', () => sessionToken({ tenant_id: '' })],
    ['an empty subject', () => sessionToken({ sub: '' })],
    ['a subject that is no string', () => sessionToken({ sub: { id: '7' } as unknown as string })],
  ])('%s is no session', async (_, mint) => {
    const token = await mint()
    const answer = await wireCall(sluice.url, { target, headers: [['Authorization', `Bearer ${token}`]] })
    answers.push(answer)
    expectRefused(answer, 401, 'INVALID_SESSION')
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer/)
  })

  test('on one connection every call is its own caller’s', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ports = new Set<number | undefined>()
    agent.on('free', (socket) => ports.add(socket.localPort))
    const [ada, bob] = await Promise.all([
      bearer({ given_name: 'Ada' }),
      bearer({ given_name: 'Bob', sub: '8' }),
    ])
    const forged = ['Authorization', `${ada[1].slice(0, -3)}AAA`] as const
    const ask = async (headers: WireCall['headers'] = []) => {
      const answer = await wireCall(sluice.url, { target: '/connectors/echo/execute', headers, agent })
      answers.push(answer)
      return answer
    }
    for (const [who, name] of [
      [ada, 'Ada'],
      [ada, 'Ada'],
      [bob, 'Bob'],
      [ada, 'Ada'],
      [bob, 'Bob'],
      [bob, 'Bob'],
    ] as const) {
      expect((await ask([who])).json()).toMatchObject({ by: name })
      expect((await ask([forged])).json()).toMatchObject({ code: 'INVALID_SESSION' })
      expect((await ask()).json()).toMatchObject({ code: 'AUTHENTICATION_REQUIRED' })
    }
    expect(ports.size, 'all on one connection').toBe(1)
    agent.destroy()
  })

  test('a bearer token and a session cookie at once are malformed', async () => {
    const headers = [['Cookie', `sluice_session=${await sessionToken()}`]] as const
    expectRefused(await call({ target, headers }), 400, 'INVALID_REQUEST')
  })

  test('another tenant’s permalink does not exist', async () => {
    expectRefused(await call({ target }, { tenant_id: 'other' }), 404, 'CONNECTOR_NOT_FOUND')
  })

  test('without a session nothing is told but what is anonymous', async () => {
    for (const permalink of ['guarded', 'no-such', 'staff']) {
      const answer = await wireCall(sluice.url, {
        target: `/connectors/${permalink}/execute`,
        method: 'DELETE',
      })
      expectRefused(answer, 401, 'AUTHENTICATION_REQUIRED')
    }
    expect((await wireCall(sluice.url, { target: '/connectors/open/execute' })).status).toBe(200)
  })

  test('a role that the session lacks is 403, after 404 and 405', async () => {
    expectRefused(await call({ target: '/connectors/staff/execute' }), 403, 'FORBIDDEN')
    const post = await call({ target: '/connectors/staff/execute', method: 'POST', body: 'x' })
    expectRefused(post, 405, 'METHOD_NOT_ALLOWED')
    expect(post.headers.allow).toBe('GET')
    expect((await call({ target: '/connectors/staff/execute' }, { roles: ['staff'] })).status).toBe(200)
  })
})

test('a proxy loop is recognised', async () => {
  expectRefused(
    await call({ target: guarded, headers: [['Via', '1.1 other, 1.1 sluice']] }),
    400,
    'INVALID_REQUEST',
  )
})

test.each([','.repeat(31_000), `${','.repeat(15_000)}${' '.repeat(15_000)}`, 'a,'.repeat(15_000)])(
  'a Via that is all separators holds nobody up',
  async (via) => {
    const started = performance.now()
    expect((await call({ target: guarded, headers: [['Via', via]] })).status).toBe(200)
    // It was more than a second while the search was quadratic.
    expect(performance.now() - started).toBeLessThan(900)
  },
)

test('a missing secret is warned of at the start, and fails closed', async () => {
  expect(sluice.printed()).toContain('broken names the secret absent, which does not exist yet')
  const answer = await call({ target: '/connectors/broken/execute' })
  expectRefused(answer, 422, 'SECRET_NOT_FOUND')
  expect(answer.json().params).toEqual(['absent'])
})

test('no secret in any answer, header or log of all of the above', async () => {
  await call({ target: '/connectors/basic/execute' })
  expect(api.received[0]?.headers.authorization).toBe(
    `Basic ${Buffer.from(`sluice:${secrets.p}`).toString('base64')}`,
  )
  const told =
    answers.map(({ headers, text }) => JSON.stringify(headers) + text).join('\n') + sluice.printed()
  expect(answers.length).toBeGreaterThan(60)
  const found = [...Object.values(secrets), sessionSecret].flatMap((secret) =>
    secretForms(secret).filter((form) => told.includes(form)),
  )
  expect(found).toEqual([])
})
