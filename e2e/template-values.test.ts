/** What templates make of values that are missing, hostile or badly encoded, through the whole proxy. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type RecordingApi, startRecordingApi } from './harness/recording-api.ts'
import { bearer, sessionSecret } from './harness/session-token.ts'
import { type SluiceDev, startSluiceDev } from './harness/sluice-dev.ts'
import { type WireAnswer, type WireCall, wireCall } from './harness/wire-call.ts'

const base = "{{ get_variable('api') }}"
const cached = { cache: { enabled: true, ttl_seconds: 60 } }

const registry = {
  connectors: [
    { name: 'Quoted', url: `${base}/quoted/o'brien?$filter=Name%20eq%20'x'` },
    {
      name: 'Optional user',
      url: `${base}/optional`,
      access: 'anonymous',
      query_parameters: [{ key: 'owner', value: "{{ user.email | default: 'nobody' }}" }],
      response_body: `{"for": "{{ user.email | default: 'nobody' }}", "n": {{ response.json.n }}}`,
      ...cached,
    },
    {
      name: 'Needed user',
      url: `${base}/needed`,
      access: 'anonymous',
      headers: [{ key: 'X-For', value: '{{ user.email }}' }],
    },
    {
      name: 'In a header',
      url: `${base}/header`,
      headers: [{ key: 'X-Id', value: 'id {{ pathParams.id }}' }],
      path_parameters: [{ key: 'id' }],
    },
    {
      name: 'Own records',
      url: `${base}/records`,
      query_parameters: [
        { key: 'owner', value: '{{ user.email }}' },
        { key: 'limit', value: '20' },
      ],
    },
    { name: 'Own page', url: `${base}/users/{{ user.email }}` },
    {
      name: 'Own leads',
      method: 'POST',
      url: `${base}/leads`,
      request_body: `{"q": "SELECT Id FROM Lead WHERE Email LIKE '%{{ user.email | soql }}%'"}`,
    },
    {
      name: 'Own account',
      url: `${base}/account`,
      authentication: {
        type: 'basic',
        config: { username: '{{ user.email | downcase }}', password: "{{ get_secret('p') }}" },
      },
    },
    {
      name: 'Own or all',
      url: `${base}/records`,
      query_parameters: [{ key: 'owner', value: "{{ user.email | default: '' }}" }],
    },
    {
      name: 'Welcome',
      url: `${base}/welcome`,
      response_body: '{"mail": {{ user.email }}, "text": "Hello {{ user.email }}"}',
    },
    { name: 'Reads', url: `${base}/encoded`, response_body: '{"a": {{ response.json.a }}}' },
    { name: 'Reads text', url: `${base}/encoded`, response_body: '{{ response.body | from_json }}' },
    {
      name: 'Writes',
      method: 'POST',
      url: `${base}/write`,
      request_body: '{"id": {{ body.id }}}',
    },
    { name: 'Writes text', method: 'POST', url: `${base}/write`, request_body: '{"t": {{ body_text }}}' },
    { name: 'Writes nothing', method: 'POST', url: `${base}/write`, request_body: '{"t": 1}' },
    {
      name: 'Incidents',
      url: `${base}/incidents`,
      query_parameters: [
        { key: 'sysparm_query', value: 'priority>{{ user.username | sysparm }}^active=true' },
      ],
    },
    {
      name: 'Issues',
      url: `${base}/issues`,
      query_parameters: [
        { key: 'jql', value: 'team in ({{ user.roles | jql }}) AND n > {{ user.username | number }}' },
      ],
    },
    {
      name: 'Plain',
      url: `${base}/plain`,
      query_parameters: [{ key: 'jql', value: 'reporter = {{ user.first_name | plain }}' }],
    },
  ],
}

let api: RecordingApi
let sluice: SluiceDev
let optionalCalls = 0
let encoded = Buffer.alloc(0)

beforeAll(async () => {
  api = await startRecordingApi({
    encoded: (_, response) => void response.setHeader('content-type', 'application/json').end(encoded),
    optional: (_, response) => {
      optionalCalls += 1
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ n: optionalCalls }))
    },
  })
  sluice = await startSluiceDev({
    registry,
    config: {
      tenant_id: 'demo',
      session_secret: sessionSecret,
      variables: { api: api.origin },
      secrets: { p: { value: 'the password of every account', allowed_hosts: ['127.0.0.1'] } },
      allow_upstreams: [`127.0.0.1:${api.port}`],
    },
  })
})

afterAll(async () => {
  await sluice?.stop()
  await api?.close()
})

beforeEach(() => {
  api.received.length = 0
})

const execute = (permalink: string) => `/connectors/${permalink}/execute`

async function call(permalink: string, claims = {}, more: Partial<WireCall> = {}): Promise<WireAnswer> {
  const headers = [await bearer(claims), ...(more.headers ?? [])]
  return wireCall(sluice.url, { ...more, target: execute(permalink), headers })
}

test('a quote in a literal URL arrives: in the path as it is, in the query as URL parsing writes it', async () => {
  expect((await call('quoted')).status).toBe(200)
  expect(api.received.map(({ target }) => target)).toEqual(["/quoted/o'brien?$filter=Name%20eq%20%27x%27"])
})

test('a path parameter may be used in a header alone', async () => {
  const answer = await call('in-a-header', {}, { headers: [['X-Path-Params', 'id=7']] })
  expect(answer.status).toBe(200)
  expect(api.received[0]?.headers['x-id']).toBe('id 7')
})

describe('a user that every template can do without', () => {
  const anonymously = (permalink: string) => wireCall(sluice.url, { target: execute(permalink) })

  test('is not asked for, and nobody gets the response that was stored for another', async () => {
    expect((await anonymously('optional-user')).json()).toEqual({ for: 'nobody', n: 1 })
    expect((await anonymously('optional-user')).json()).toEqual({ for: 'nobody', n: 1 })
    expect((await call('optional-user')).json()).toEqual({ for: 'ada@example.com', n: 2 })
    expect((await call('optional-user', { email: 'bo@example.com' })).json()).toEqual({
      for: 'bo@example.com',
      n: 3,
    })
    expect((await call('optional-user')).json()).toEqual({ for: 'ada@example.com', n: 2 })
    expect((await anonymously('optional-user')).json()).toEqual({ for: 'nobody', n: 1 })
    expect(api.received.map(({ target }) => target)).toEqual([
      '/optional?owner=nobody',
      '/optional?owner=ada%40example.com',
      '/optional?owner=bo%40example.com',
    ])
  })

  test('one that a template needs is 401', async () => {
    const answer = await anonymously('needed-user')
    expect([answer.status, answer.json().code]).toEqual([401, 'AUTHENTICATION_REQUIRED'])
    expect(api.received).toEqual([])
  })
})

describe('embedded languages', () => {
  const failed = (answer: WireAnswer) => [answer.status, answer.json().code, answer.json().detail]
  const sent = () => api.received.map(({ target }) => decodeURIComponent(target))

  test('a value that would make another operator of the one before it sends nothing', async () => {
    const [status, code, detail] = failed(await call('incidents', { preferred_username: '=1' }))
    expect([status, code]).toEqual([422, 'TEMPLATE_RENDERING_FAILED'])
    expect(detail).toMatch(/^query_parameters\[0\]\.value, line 1, column 10: .*operator/)
    expect(sent()).toEqual([])
    expect((await call('incidents', { preferred_username: '1^ORactive=false' })).status).toBe(200)
    expect(sent()).toEqual(['/incidents?sysparm_query=priority>1^^ORactive=false^active=true'])
  })

  test('a list arrives as literals, a number with its digits', async () => {
    const claims = { roles: ['a"b', 'c'], preferred_username: '9007199254740993' }
    expect((await call('issues', claims)).status).toBe(200)
    expect(sent()).toEqual(['/issues?jql=team in ("a\\"b","c") AND n > 9007199254740993'])
    for (const wrong of [{ roles: [] }, { preferred_username: '1 OR 1=1' }]) {
      expect(failed(await call('issues', { ...claims, ...wrong })).slice(0, 2)).toEqual([
        422,
        'TEMPLATE_RENDERING_FAILED',
      ])
    }
    expect(sent()).toHaveLength(1)
  })

  test('plain lets no condition through', async () => {
    expect(failed(await call('plain', { given_name: 'x OR project is not EMPTY' }))[0]).toBe(422)
    expect(sent()).toEqual([])
  })
})

describe('a value that a user lacks narrows nothing less', () => {
  test.each([
    ['own-records', 'GET', 'query_parameters[0].value, line 1, column 1: `user.email` is missing'],
    ['own-page', 'GET', 'url, line 1, column 33: `user.email` is missing'],
    ['own-leads', 'POST', 'request_body, line 1, column 47: `user.email` is missing'],
    ['own-account', 'GET', 'authentication.config.username, line 1, column 1: `user.email` is missing'],
  ])('%s', async (permalink, method, detail) => {
    for (const email of [undefined, null, '']) {
      const answer = await call(permalink, { email }, { method })
      expect([answer.status, answer.json().code]).toEqual([422, 'TEMPLATE_RENDERING_FAILED'])
      expect(answer.json().detail).toContain(detail)
      expect(answer.json().detail).toContain("| default: ''")
    }
    expect(api.received).toEqual([])
    expect((await call(permalink, {}, { method })).status).toBe(200)
    expect(api.received).toHaveLength(1)
  })

  test('unless the definition says that it may', async () => {
    expect((await call('own-or-all', { email: undefined })).status).toBe(200)
    expect(api.received.map(({ target }) => target)).toEqual(['/records'])
  })

  test('in a response template it is 502, with the status of the API', async () => {
    const answer = await call('welcome', { email: undefined })
    expect(answer.status).toBe(502)
    expect(answer.json()).toMatchObject({ code: 'RESPONSE_TEMPLATE_FAILED', upstream_status: 200 })
    expect(answer.json().detail).toContain('`user.email` is missing')
  })
})

describe('a response that is not UTF-8', () => {
  const json = '{"a":"é"}'

  test.each([
    ['Latin-1', Buffer.from(json, 'latin1'), 'is not UTF-8, as JSON must be'],
    ['UTF-16', Buffer.from(json, 'utf16le'), 'is not UTF-8 (it looks like UTF-16)'],
    ['UTF-16 with its mark', Buffer.from(`\ufeff${json}`, 'utf16le'), 'is not UTF-8 (it looks like UTF-16)'],
  ])('is 502, which names the encoding: %s', async (_, bytes, told) => {
    encoded = bytes
    for (const permalink of ['reads', 'reads-text']) {
      const answer = await call(permalink)
      expect(answer.status).toBe(502)
      expect(answer.json()).toMatchObject({ code: 'RESPONSE_TEMPLATE_FAILED', upstream_status: 200 })
      expect(answer.json().detail).toContain(told)
    }
  })

  test('UTF-8 may have its mark', async () => {
    encoded = Buffer.from(`\ufeff${json}`)
    expect((await call('reads')).json()).toEqual({ a: 'é' })
    expect((await call('reads-text')).json()).toEqual({ a: 'é' })
  })
})

describe('a payload that a template reads', () => {
  const post = (permalink: string, body: Buffer | string) =>
    call(permalink, {}, { method: 'POST', body, headers: [['Content-Type', 'application/json']] })

  test('has no key twice: each is told by its pointer, and nothing is sent', async () => {
    const payload =
      '{"id": 1, "list": [{"a~/b": 1, "a~\\u002fb": 2}], "__proto__": 1, "__proto__": 2, "i\\u0064": 2}'
    for (const permalink of ['writes', 'writes-text']) {
      const answer = await post(permalink, payload)
      expect(answer.status).toBe(400)
      expect(answer.headers['x-connector-error']).toBe('INVALID_PAYLOAD')
      expect(answer.json()).toMatchObject({ code: 'INVALID_PAYLOAD', stage: 'transform-request' })
      expect(answer.json().errors).toMatchObject([
        { pointer: '/list/0/a~0~1b' },
        { pointer: '/__proto__' },
        { pointer: '/id' },
      ])
    }
    expect(api.received).toEqual([])
    expect((await post('writes-nothing', payload)).status).toBe(200)
  })

  test('also where it is so large that another process renders it', async () => {
    const payload = `{"pad": "${'x'.repeat(300_000)}", "id": 1, "id": 2}`
    const answer = await post('writes', payload)
    expect(answer.json()).toMatchObject({ code: 'INVALID_PAYLOAD', errors: [{ pointer: '/id' }] })
    expect(api.received).toEqual([])
  })

  test('is UTF-8, with its mark or without', async () => {
    for (const [bytes, told] of [
      [Buffer.from('{"id":"é"}', 'latin1'), 'not UTF-8: '],
      [Buffer.from('{"id":1}', 'utf16le'), 'not UTF-8 (it looks like UTF-16)'],
    ] as const) {
      const answer = await post('writes', bytes)
      expect([answer.status, answer.json().code]).toEqual([400, 'INVALID_REQUEST'])
      expect(answer.json().detail).toContain(told)
    }
    expect(api.received).toEqual([])
    expect((await post('writes', '\ufeff{"id": "é"}')).status).toBe(200)
    expect(api.received[0]?.body.toString()).toBe('{"id": "é"}')
  })
})
