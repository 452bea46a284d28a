import { PassThrough } from 'node:stream'
import { ProblemError } from '@sluice/connector-schema'
import { describe, expect, test } from 'vitest'
import { runExchange } from './run.ts'
import { ada, callOf, connector, payloadOf, plainPorts, textOf } from './testing/plain-ports.ts'

const withKey = {
  authentication: { type: 'api_key', config: { key: 'X-Key', value: "{{ get_secret('k') }}" } },
}
const cacheable = [['cache-control', 'max-age=60']] as const
const secrets = { k: 'sk-0123456789abcdef' }

async function problemOf(outcome: ReturnType<typeof runExchange>) {
  const ended = await outcome
  if (!('problem' in ended)) throw new Error('the exchange was answered')
  return ended.problem
}

async function answerOf(outcome: ReturnType<typeof runExchange>) {
  const ended = await outcome
  if ('problem' in ended) throw ended.problem
  return ended.answer
}

describe('the order', () => {
  test('a refusal in stage 1 reads no secret and sends nothing', async () => {
    const { ports, seen, secretsRead } = plainPorts(undefined, { secrets })
    const call = callOf(connector(withKey), { query: [['limit', '1']] })
    expect((await problemOf(runExchange(call, ports))).code).toBe('OVERRIDE_NOT_PERMITTED')
    expect({ seen, secretsRead }).toEqual({ seen: [], secretsRead: [] })
  })

  test.each([
    ['VARIABLE_NOT_FOUND', { headers: [{ key: 'X-R', value: "{{ get_variable('region') }}" }] }],
    ['SECRET_NOT_FOUND', { headers: [{ key: 'X-S', value: "{{ get_secret('absent') }}" }] }],
    ['SECRET_NOT_ALLOWED_FOR_HOST', { ...withKey, url: 'https://elsewhere.example.net/' }],
    ['TEMPLATE_RENDERING_FAILED', { method: 'POST', request_body: '{"a": {{ body.a | json }} }' }],
    ['DESTINATION_NOT_ALLOWED', { url: "https://{{ get_variable('host') }}/x" }],
  ])('a failure before the send sends nothing: %s', async (code, change) => {
    const { ports, seen } = plainPorts(undefined, { secrets, variables: { host: 'evil.example/..@' } })
    const payload = 'method' in change ? payloadOf('not json') : null
    const problem = await problemOf(runExchange(callOf(connector(change), { payload }), ports))
    expect(problem.code).toBe(code)
    expect(seen).toEqual([])
  })

  test('on a hit nothing is sent anywhere', async () => {
    const { ports, seen } = plainPorts(
      () => ({ headers: [['cache-control', 'max-age=60']], body: '"one"' }),
      {
        secrets,
      },
    )
    const compiled = connector(withKey)
    const first = await answerOf(runExchange(callOf(compiled), ports))
    const second = await answerOf(runExchange(callOf(compiled), ports))
    expect(first.cacheStatus).toBe('sluice; fwd=uri-miss; stored')
    expect(second.cacheStatus).toBe('sluice; hit; ttl=60')
    expect(await textOf(second.body)).toBe('"one"')
    expect(second.headers).toContainEqual(['age', '0'])
    expect(seen).toHaveLength(1)
  })
})

describe('what is stored', () => {
  const cached = () => ({ headers: [['cache-control', 'max-age=60']] as const })

  test.each([
    ['an unsafe method', { method: 'POST' }, 'sluice; fwd=method'],
    ['a connector that switched it off', { cache: { enabled: false } }, 'sluice; fwd=bypass'],
  ])('never: %s', async (_, change, cacheStatus) => {
    const { ports, stored } = plainPorts(cached)
    const answer = await answerOf(runExchange(callOf(connector(change)), ports))
    expect(answer.cacheStatus).toBe(cacheStatus)
    expect(stored.size).toBe(0)
  })

  test('an answer over the limit streams through unstored, whole', async () => {
    const body = 'x'.repeat(1024 * 1024 + 1)
    const { ports, stored } = plainPorts(() => ({ ...cached(), body }))
    const answer = await answerOf(runExchange(callOf(connector()), ports))
    expect(answer.cacheStatus).toBe('sluice; fwd=uri-miss')
    expect(await textOf(answer.body)).toBe(body)
    expect(stored.size).toBe(0)
  })

  test('a stale answer goes to the API again', async () => {
    const { ports, seen, time } = plainPorts(cached)
    const compiled = connector()
    await answerOf(runExchange(callOf(compiled), ports))
    time.nowMs += 60_000
    const again = await answerOf(runExchange(callOf(compiled), ports))
    expect(again.cacheStatus).toBe('sluice; fwd=stale; stored')
    expect(seen).toHaveLength(2)
  })

  test('the validator of a stored answer goes to no other host', async () => {
    const { ports, sentHeaders, time } = plainPorts(({ url }) =>
      url.hostname === 'api.example.com' && sentHeaders.length > 1
        ? { status: 302, headers: [['location', 'https://files.example.com/x']] }
        : { headers: [['etag', '"v1"'], ...cached().headers] },
    )
    const compiled = connector({ redirect_hosts: ['files.example.com'] })
    await answerOf(runExchange(callOf(compiled), ports))
    time.nowMs += 60_000
    await answerOf(runExchange(callOf(compiled), ports))
    const conditions = sentHeaders.map((headers) => headers.some(([name]) => name === 'If-None-Match'))
    expect(conditions).toEqual([false, true, false])
  })

  test('HEAD is stored apart and answers without a body', async () => {
    const { ports, seen } = plainPorts(() => ({ ...cached(), body: '' }))
    const compiled = connector({ method: 'HEAD' })
    await answerOf(runExchange(callOf(compiled), ports))
    const hit = await answerOf(runExchange(callOf(compiled), ports))
    expect(hit).toMatchObject({ body: null, cacheStatus: 'sluice; hit; ttl=60' })
    expect(seen).toHaveLength(1)
  })
})

describe('what the API receives', () => {
  test('every kind of parameter, each from where it belongs', async () => {
    const { ports, seen } = plainPorts(undefined, { secrets, variables: { region: 'eu' } })
    const compiled = connector({
      method: 'POST',
      url: "https://api.example.com/{{ get_variable('region') }}/users/{{ user.id }}/{{ pathParams.item }}",
      headers: [
        { key: 'X-Locked', value: 'fixed' },
        { key: 'Accept-Language', value: 'en', overridable: true },
        { key: 'X-User', value: '{{ user.email }}' },
      ],
      query_parameters: [
        { key: 'limit', value: '20', overridable: true },
        { key: 'after', value: '', overridable: true },
        { key: 'flag', value: '', send_empty: true },
        { key: 'tag', value: '{{ user.profile_fields.by_id(123) }}' },
      ],
      path_parameters: [{ key: 'item' }],
      ...withKey,
    })
    const call = callOf(compiled, {
      query: [['limit', '5']],
      headers: [['accept-language', 'pl']],
      pathParams: [['item', '42']],
      payload: payloadOf('{"a":1}', 'application/json'),
    })
    await answerOf(runExchange(call, ports))
    expect(seen).toEqual([
      {
        method: 'POST',
        url: 'https://api.example.com/eu/users/7/42?limit=5&flag=&tag=gold',
        headers: {
          'x-locked': 'fixed',
          'accept-language': 'pl',
          'x-user': 'ada@example.com',
          'x-key': secrets.k,
          'content-type': 'application/json',
          'user-agent': expect.stringMatching(/^Sluice\/\d+\.\d+\.\d+$/),
          via: '1.1 sluice',
        },
        body: '{"a":1}',
      },
    ])
  })

  test('basic credentials are UTF-8 in Base64 (RFC 7617)', async () => {
    const { ports, seen } = plainPorts(undefined, { secrets: { p: 'pä:ss' } })
    const config = { username: 'usér', password: "{{ get_secret('p') }}" }
    await answerOf(runExchange(callOf(connector({ authentication: { type: 'basic', config } })), ports))
    const encoded = seen[0]?.headers.authorization?.replace('Basic ', '') ?? ''
    expect(Buffer.from(encoded, 'base64').toString()).toBe('usér:pä:ss')
  })

  test('an API key in the query comes after the rows, encoded', async () => {
    const { ports, seen } = plainPorts(undefined, { secrets: { k: 'a+b&c=d' } })
    const config = { key: 'api_key', value: "{{ get_secret('k') }}", in: 'query' }
    const compiled = connector({
      url: 'https://api.example.com/x?v=1',
      query_parameters: [{ key: 'q', value: 'a b' }],
      authentication: { type: 'api_key', config },
    })
    await answerOf(runExchange(callOf(compiled), ports))
    expect(seen[0]?.url).toBe('https://api.example.com/x?v=1&q=a%20b&api_key=a%2Bb%26c%3Dd')
  })

  test.each([
    ['User-Agent', 'user-agent'],
    ['uSER-aGENT', 'user-agent'],
  ])('a credential in %s is sent once, in place of our own', async (key, name) => {
    const { ports, sentHeaders } = plainPorts(undefined, { secrets })
    const config = { key, value: "{{ get_secret('k') }}" }
    await answerOf(runExchange(callOf(connector({ authentication: { type: 'api_key', config } })), ports))
    expect(sentHeaders[0]?.filter(([sent]) => sent.toLowerCase() === name)).toEqual([[key, secrets.k]])
  })

  test('a JSON body template cannot be broken out of', async () => {
    const { ports, seen } = plainPorts()
    const compiled = connector({ method: 'POST', request_body: '{"company": {{ body.company | json }}}' })
    const company = '", "admin": true, "x": "'
    await answerOf(runExchange(callOf(compiled, { payload: payloadOf(JSON.stringify({ company })) }), ports))
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ company })
    expect(seen[0]?.headers['content-type']).toBe('application/json')
  })
})

describe('what the widget receives', () => {
  test('an upstream error passes through with its status', async () => {
    const { ports } = plainPorts(() => ({ status: 503, headers: [['retry-after', '7']], body: 'down' }))
    const answer = await answerOf(runExchange(callOf(connector()), ports))
    expect(answer).toMatchObject({ status: 503, cacheStatus: 'sluice; fwd=uri-miss' })
    expect(answer.headers).toContainEqual(['retry-after', '7'])
    expect(await textOf(answer.body)).toBe('down')
  })

  test('a response template has a type, an ETag and nothing of the old body', async () => {
    const { ports } = plainPorts(() => ({
      headers: [
        ['content-type', 'text/plain'],
        ['content-length', '99'],
        ['etag', '"theirs"'],
      ],
      body: '{"items":[{"name":"a","cost":3}],"internal":1}',
    }))
    const compiled = connector({ response_body: '{"names": {{ response.json.items | map: "name" | json }}}' })
    const answer = await answerOf(runExchange(callOf(compiled), ports))
    expect(await textOf(answer.body)).toBe('{"names": ["a"]}')
    expect(Object.fromEntries(answer.headers)).toEqual({
      'content-type': 'application/json',
      etag: expect.stringMatching(/^"[\w-]{27}"$/),
      'cache-control': 'private, max-age=0',
    })
  })

  test('a response template that fails names the upstream status and keeps its Retry-After', async () => {
    const { ports } = plainPorts(() => ({ status: 200, headers: [['retry-after', '9']], body: '<html>' }))
    const compiled = connector({ response_body: '{"a": {{ response.json.a | json }}}' })
    const problem = await problemOf(runExchange(callOf(compiled), ports))
    expect(problem).toMatchObject({
      code: 'RESPONSE_TEMPLATE_FAILED',
      upstreamStatus: 200,
      headers: { 'retry-after': '9' },
    })
    expect(problem.message).not.toContain('<html>')
  })

  test('a byte order mark in front of JSON is no part of it', async () => {
    const { ports } = plainPorts(() => ({ body: '\uFEFF{"a":1}' }))
    const compiled = connector({ response_body: '{"a": {{ response.json.a | json }}}' })
    expect(await textOf((await answerOf(runExchange(callOf(compiled), ports))).body)).toBe('{"a": 1}')
  })

  test('without a template the definition’s content type stands in for the API’s', async () => {
    const { ports } = plainPorts(() => ({ headers: [['content-type', 'text/plain']], body: 'a,b' }))
    const compiled = connector({ response_content_type: 'text/csv' })
    const answer = await answerOf(runExchange(callOf(compiled), ports))
    expect(answer.headers.filter(([name]) => name === 'content-type')).toEqual([['content-type', 'text/csv']])
    expect(await textOf(answer.body)).toBe('a,b')
  })

  test('the time of a stage that fails is that stage’s', async () => {
    const { ports, time } = plainPorts(() => {
      time.nowMs += 300
      throw new ProblemError('UPSTREAM_TIMEOUT', { detail: 'too late' })
    })
    const { timings } = await runExchange(callOf(connector()), ports)
    expect(timings).toMatchObject({ externalMs: 300, totalMs: 300, setupMs: 0 })
  })

  test.each([204, 205])('%i carries no body and runs no template', async (status) => {
    const { ports } = plainPorts(() => ({ status, body: '' }))
    const compiled = connector({ response_body: '{"a": {{ response.json.a | json }}}' })
    expect(await answerOf(runExchange(callOf(compiled), ports))).toMatchObject({ status, body: null })
  })

  test('no-store stays no-store, public is only what everybody gets', async () => {
    const cacheControl = async (change: object, value: string) => {
      const { ports } = plainPorts(() => ({ headers: [['cache-control', value]] }))
      const answer = await answerOf(runExchange(callOf(connector(change)), ports))
      return Object.fromEntries(answer.headers)['cache-control']
    }
    const anonymous = { access: 'anonymous' }
    expect(await cacheControl({}, 'no-store')).toBe('no-store')
    expect(await cacheControl({}, 'public, max-age=60')).toBe('private, max-age=60')
    expect(await cacheControl(anonymous, 'public, max-age=60')).toBe('public, max-age=60')
    expect(await cacheControl(anonymous, 'private, max-age=60')).toBe('private, max-age=60')
    expect(await cacheControl({}, 'max-age=5, s-maxage=60')).toBe('private, max-age=5')
    expect(await cacheControl({}, 'max-age=60, stale-while-revalidate=600')).toBe('private, max-age=60')
    expect(await cacheControl({}, '')).toBe('private, max-age=0')
    const overridable = { ...anonymous, headers: [{ key: 'X-A', overridable: true }] }
    expect(await cacheControl(overridable, 'max-age=60')).toBe('private, max-age=60')
  })

  test('an answer that a stage fails on is let go, and its connection with it', async () => {
    const failing = { response_body: '{"a": {{ response.json.a | json }}}' }
    for (const change of [failing, {}]) {
      const { ports } = plainPorts(() => ({ headers: [['cache-control', 'max-age=60']] }))
      const body = new PassThrough()
      body.write('<html>')
      const upstream = { send: async () => ({ status: 200, headers: cacheable, body }) }
      setImmediate(() => body.destroy(new ProblemError('UPSTREAM_PROTOCOL_ERROR', { detail: 'cut' })))
      const problem = await problemOf(runExchange(callOf(connector(change)), { ...ports, upstream }))
      expect(problem.code).toBe('UPSTREAM_PROTOCOL_ERROR')
      expect(body.destroyed).toBe(true)
    }
  })

  test('a defect in a cache lets go of the answer too', async () => {
    const { ports } = plainPorts()
    const body = new PassThrough()
    body.end('{}')
    const upstream = { send: async () => ({ status: 200, headers: cacheable, body }) }
    const keep = () => {
      throw new Error('no room')
    }
    const outcome = runExchange(callOf(connector()), {
      ...ports,
      upstream,
      cache: { ...ports.cache, keep },
    })
    expect((await problemOf(outcome)).code).toBe('INTERNAL_ERROR')
    expect(body.destroyed).toBe(true)
  })

  test('a failure that nobody foresaw is INTERNAL_ERROR and tells nothing', async () => {
    const { ports } = plainPorts(() => {
      throw new Error('socket 10.0.0.7 sk-0123456789abcdef')
    })
    const problem = await problemOf(runExchange(callOf(connector()), ports))
    expect(problem.code).toBe('INTERNAL_ERROR')
    expect(problem.message).not.toMatch(/10\.0\.0\.7|sk-/)
  })
})

describe('nobody else’s answer', () => {
  const cached = () => ({ headers: [['cache-control', 'max-age=60']] as const })
  const bob = {
    ...ada,
    user: { ...ada.user, id: '8', email: 'bob@example.com', roles: [], profile_fields: {} },
  }

  test.each([
    ['a header', { headers: [{ key: 'X-User', value: '{{ user.email }}' }] }],
    ['the path', { url: 'https://api.example.com/{{ user.id }}' }],
    ['the response template', { response_body: '{"for": {{ user.email | json }}}' }],
    [
      'an unreachable branch',
      { query_parameters: [{ key: 'q', value: '{% if false %}{{ user.id }}{% endif %}' }] },
    ],
    ['a secret-bearing header', { headers: [{ key: 'X-S', value: "{{ user.id }}{{ get_secret('k') }}" }] }],
  ])('a connector that names the user in %s is stored for each user apart', async (_, change) => {
    const { ports, seen } = plainPorts(cached, { secrets })
    const compiled = connector(change)
    await answerOf(runExchange(callOf(compiled), ports))
    const other = await answerOf(runExchange(callOf(compiled, { session: bob }), ports))
    expect(other.cacheStatus).toContain('fwd=uri-miss')
    expect(seen).toHaveLength(2)
  })

  test('a role that was lost is another partition', async () => {
    const { ports, seen } = plainPorts(cached)
    const compiled = connector({ query_parameters: [{ key: 'r', value: '{{ user.roles | size }}' }] })
    await answerOf(runExchange(callOf(compiled), ports))
    const demoted = { ...ada, user: { ...ada.user, id: '7', roles: ['guest'], profile_fields: {} } }
    await answerOf(runExchange(callOf(compiled, { session: demoted }), ports))
    expect(seen).toHaveLength(2)
  })

  test('users share what cannot depend on them', async () => {
    const { ports, seen } = plainPorts(cached, { secrets })
    const compiled = connector(withKey)
    await answerOf(runExchange(callOf(compiled), ports))
    const other = await answerOf(runExchange(callOf(compiled, { session: bob }), ports))
    expect(other.cacheStatus).toContain('hit')
    expect(seen).toHaveLength(1)
  })

  test('users share what depends on nothing but their tenant', async () => {
    const { ports, seen } = plainPorts(cached)
    const compiled = connector({ headers: [{ key: 'X-Tenant', value: '{{ tenant_id }}' }] })
    await answerOf(runExchange(callOf(compiled), ports))
    await answerOf(runExchange(callOf(compiled, { session: bob }), ports))
    expect(seen).toHaveLength(1)
  })

  test('tenants never share', async () => {
    const { ports, seen } = plainPorts(cached)
    await answerOf(runExchange(callOf(connector({}, 'acme')), ports))
    await answerOf(
      runExchange(callOf(connector({}, 'umbrella'), { session: { tenant_id: 'umbrella' } }), ports),
    )
    expect(seen).toHaveLength(2)
  })

  test('overrides, changed variables and changed definitions are other answers', async () => {
    const variables = { v: '1' }
    const { ports, seen } = plainPorts(cached, { variables })
    const definition = {
      query_parameters: [{ key: 'q', overridable: true }],
      headers: [{ key: 'X-V', value: "{{ get_variable('v') }}" }],
    }
    const run = (change: object, query: [string, string][]) =>
      answerOf(runExchange(callOf(connector({ ...definition, ...change }), { query }), ports))
    await run({}, [])
    await run({}, [['q', '1']])
    await run({ name: 'Changed' }, [])
    variables.v = '2'
    await run({}, [])
    expect(seen).toHaveLength(4)
  })

  test('a response template that depends on the time is not stored', async () => {
    const { ports, seen } = plainPorts(cached)
    const compiled = connector({ response_body: '{"at": {{ now() | json }}}' })
    await answerOf(runExchange(callOf(compiled), ports))
    await answerOf(runExchange(callOf(compiled), ports))
    expect(seen).toHaveLength(2)
  })

  test('keys in the store tell nothing', async () => {
    const { ports, stored } = plainPorts(cached, { secrets })
    await answerOf(runExchange(callOf(connector(withKey)), ports))
    expect([...stored.keys()]).toEqual([expect.stringMatching(/^[\w-]{43}$/)])
  })
})
