import { describe, expect, test } from 'vitest'
import { callOf, connector, payloadOf, plainPorts } from '../testing/plain-ports.ts'
import { debugHeader } from './debug-request.ts'
import { traceExchange } from './trace.ts'

const secrets = { k: 'sk-live-0123456789abcdef', client: 'client-secret-9f2c4e7a' }
const withKey = {
  authentication: { type: 'api_key', config: { key: 'X-Key', value: "{{ get_secret('k') }}" } },
}

async function trace(
  change: object,
  sending: Parameters<typeof callOf>[1] = {},
  answer: Parameters<typeof plainPorts>[0] = () => ({}),
) {
  const { ports } = plainPorts(answer, { secrets, variables: { region: 'eu' } })
  return traceExchange(callOf(connector(change), sending), ports)
}

test('a trace shows what was sent, every secret as its template', async () => {
  const change = {
    ...withKey,
    method: 'POST',
    url: "https://api.example.com/{{ get_variable('region') }}/items",
    headers: [{ key: 'X-Who', value: "{{ user.id }} {{ get_secret('k') }}" }],
    query_parameters: [{ key: 'q', value: 'all', overridable: true }],
    request_body: '{"name": {{ body.name | json }} }',
    response_body: '{"ok": {{ response.json.ok | json }} }',
  }
  const sending = { payload: payloadOf('{"name":"Zoë"}'), query: [['q', 'some']] as const }
  const shown = await trace(change, sending, () => ({ status: 201, body: '{"ok":true,"more":1}' }))
  expect(shown.request).toEqual({
    url: 'https://api.example.com/eu/items?q=some',
    method: 'POST',
    headers: [
      { key: 'X-Who', value: "7 {{ get_secret('k') }}" },
      { key: 'X-Key', value: "{{ get_secret('k') }}" },
      { key: 'Content-Type', value: 'application/json' },
      { key: 'User-Agent', value: expect.stringContaining('Sluice/') },
      { key: 'Via', value: '1.1 sluice' },
    ],
    query_parameters: [{ key: 'q', value: 'some' }],
    authentication: { type: 'api_key', in: 'header', key: 'X-Key', value: "{{ get_secret('k') }}" },
    request_body: '{"name": "Zoë" }',
    response_body: '{"ok": true }',
    response_content_type: 'application/json',
  })
  expect(shown.upstream).toMatchObject({ status: 201, body: '{"ok":true,"more":1}' })
  expect(shown.answer).toMatchObject({ status: 201, body: '{"ok": true }' })
  expect(shown.origins).toEqual([
    { field: 'url', from: ['variable region'] },
    { field: 'headers[0].value', key: 'X-Who', from: ['secret k', 'session user.id'] },
    { field: 'query_parameters[0].value', key: 'q', from: ['override'] },
    { field: 'authentication', from: ['secret k'] },
    { field: 'request_body', from: ['payload'] },
    { field: 'response_body', from: ['response'] },
  ])
  expect(shown.stages.map(({ stage }) => stage)).toEqual([
    'merge',
    'resolve-variables',
    'inject-secrets',
    'authenticate',
    'transform-request',
    'place-answer',
    'look-up-cache',
    'send',
    'scan-upstream-response',
    'revalidate',
    'transform-response',
    'scan-final-response',
    'store',
  ])
  for (const secret of Object.values(secrets)) expect(JSON.stringify(shown)).not.toContain(secret)
})

describe('a failure is traced up to the stage that failed, with its time', () => {
  test.each<[string, object, string[]]>([
    ['OVERRIDE_NOT_PERMITTED', {}, ['merge']],
    [
      'VARIABLE_NOT_FOUND',
      { headers: [{ key: 'X', value: "{{ get_variable('gone') }}" }] },
      ['merge', 'resolve-variables'],
    ],
    [
      'SECRET_NOT_FOUND',
      { headers: [{ key: 'X', value: "{{ get_secret('gone') }}" }] },
      ['merge', 'resolve-variables', 'inject-secrets'],
    ],
  ])('%s', async (code, change, stages) => {
    const query = code === 'OVERRIDE_NOT_PERMITTED' ? ([['limit', '1']] as const) : []
    const shown = await trace({ ...withKey, ...change }, { query })
    expect(shown.problem).toMatchObject({ code })
    expect(shown.stages.map(({ stage }) => stage)).toEqual(stages)
    expect(shown).toMatchObject({ answer: null, upstream: null })
    expect(shown.request.authentication).toMatchObject({ config: { value: "{{ get_secret('k') }}" } })
  })

  test('an answer with a secret is a problem, and the trace does not show it', async () => {
    const shown = await trace(withKey, {}, () => ({ body: secrets.k }))
    expect(shown.problem).toMatchObject({ code: 'SECRET_IN_RESPONSE' })
    expect(JSON.stringify(shown)).not.toContain(secrets.k)
  })
})

test('a token, and what it was asked for with, is masked', async () => {
  const config = {
    client_id: 'me',
    client_secret: "{{ get_secret('client') }}",
    token_url: 'https://id.example.com/token',
    scope: 'read',
  }
  const authentication = { type: 'oauth_client_credentials', config }
  const body = JSON.stringify({
    access_token: 'token-0123456789abcdef',
    token_type: 'bearer',
    expires_in: 60,
  })
  const headers = [['content-type', 'application/json']] as const
  const shown = await trace({ authentication }, {}, (request) =>
    request.url.hostname === 'id.example.com' ? { headers, body } : {},
  )
  expect(shown.request.headers).toContainEqual({ key: 'Authorization', value: 'Bearer •••' })
  expect(shown.request.authentication).toMatchObject({ client_id: 'me', client_secret: config.client_secret })
  for (const hidden of ['token-0123456789abcdef', secrets.client]) {
    expect(JSON.stringify(shown)).not.toContain(hidden)
  }
})

describe('the cache decision has its reason', () => {
  const cacheable = () => ({ headers: [['cache-control', 'max-age=60']] as const })
  test.each<{ what: string; change?: object; answer?: Parameters<typeof plainPorts>[0]; reason: string }>([
    { what: 'another method', change: { method: 'POST' }, reason: 'POST are not cached' },
    { what: 'no caching', change: { cache: { enabled: false } }, reason: '`cache.enabled` set to false' },
    { what: 'kept', answer: cacheable, reason: 'the new answer is kept' },
    { what: 'no lifetime', answer: () => ({}), reason: 'no `cache.ttl_seconds`' },
    {
      what: 'forbidden',
      answer: () => ({ headers: [['cache-control', 'no-store']] }),
      reason: '`Cache-Control: no-store`',
    },
  ])('$what', async ({ change = {}, answer = cacheable, reason }) => {
    expect((await trace(change, {}, answer)).cache.reason).toContain(reason)
  })

  test('a hit', async () => {
    const { ports } = plainPorts(cacheable)
    const compiled = connector()
    await traceExchange(callOf(compiled), ports)
    const { cache, upstream } = await traceExchange(callOf(compiled), ports)
    expect(cache).toMatchObject({ status: 'sluice; hit; ttl=60', reason: expect.stringContaining('fresh') })
    expect(upstream).toBeNull()
  })

  test('what is stored, because the API confirmed it or because it failed', async () => {
    const headers = [
      ['etag', '"v1"'],
      ['cache-control', 'max-age=5, stale-if-error=60'],
    ] as const
    const answers = [{ headers }, { status: 304, headers }, { status: 503 }]
    const { ports, time, seen } = plainPorts(() => answers[seen.length - 1] ?? {})
    const compiled = connector()
    const reasons: string[] = []
    for (let call = 0; call < 3; call++) {
      reasons.push((await traceExchange(callOf(compiled), ports)).cache.reason)
      time.nowMs += 6000
    }
    expect(reasons.slice(1)).toEqual([
      expect.stringContaining('confirmed'),
      expect.stringContaining('failed'),
    ])
  })
})

describe('X-Debug-Request', () => {
  const of = async (body: string) => (await trace({}, {}, () => ({ body }))).request

  test('is JSON, percent-encoded where it is not ASCII', async () => {
    expect(JSON.parse(debugHeader(await of('plain')))).toMatchObject({ response_body: 'plain' })
    const encoded = debugHeader(await of('Zoë\n'))
    expect(encoded).toMatch(/^[\x21-\x7e]+$/)
    expect(JSON.parse(decodeURIComponent(encoded))).toMatchObject({ response_body: 'Zoë\n' })
  })

  test('cuts a long value at 1 KiB and itself at 16 KiB', async () => {
    const request = await of('é'.repeat(5000))
    const { response_body } = JSON.parse(decodeURIComponent(debugHeader(request)))
    expect(Buffer.byteLength(response_body)).toBeLessThanOrEqual(1024)
    expect(response_body).toMatch(/^é+…$/)
    const headers = Array.from({ length: 100 }, (_, n) => ({ key: `X-${n}`, value: '€'.repeat(400) }))
    expect(debugHeader({ ...request, headers }).length).toBeLessThanOrEqual(16 * 1024)
  })
})
