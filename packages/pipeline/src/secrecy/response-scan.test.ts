import { randomBytes } from 'node:crypto'
import { PassThrough, Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { ProblemError, parseDefinition } from '@sluice/connector-schema'
import { describe, expect, test } from 'vitest'
import { compileConnector } from '../compile/compile-connector.ts'
import { headerValue } from '../messages/header-list.ts'
import { runExchange } from '../run.ts'
import { callOf, connector, plainPorts, type Seen, textOf } from '../testing/plain-ports.ts'
import { traceExchange } from '../tracing/trace.ts'

describe('an exchange', () => {
  const secrets = { k: 'sk-live-0123456789abcdef', short: 'short-secret' }
  const withKey = (name: string, change: object = {}) => ({
    authentication: { type: 'api_key', config: { key: 'X-Key', value: `{{ get_secret('${name}') }}` } },
    cache: { enabled: false },
    ...change,
  })
  const run = async (change: object, answer: Parameters<typeof plainPorts>[0]) => {
    const { ports } = plainPorts(answer, { secrets })
    const outcome = await runExchange(callOf(connector(change)), ports)
    if ('problem' in outcome)
      return { code: outcome.problem.code, text: String(outcome.problem), headers: [] }
    return {
      code: outcome.answer.status,
      text: await textOf(outcome.answer.body),
      headers: outcome.answer.headers,
    }
  }

  test('whose answer holds the secret is SECRET_IN_RESPONSE, in headers as in the body', async () => {
    expect((await run(withKey('k'), () => ({ body: `{"got":"${secrets.k}"}` }))).code).toBe(
      'SECRET_IN_RESPONSE',
    )
    const inHeader = { headers: [['x-echo', `got ${secrets.k}`]] as const }
    const { code, text } = await run(withKey('k'), () => inHeader)
    expect(code).toBe('SECRET_IN_RESPONSE')
    expect(text).not.toContain(secrets.k)
  })

  test('that stores answers stores none with a secret', async () => {
    const { ports, stored } = plainPorts(
      () => ({ headers: [['cache-control', 'max-age=60']], body: secrets.k }),
      { secrets },
    )
    await runExchange(callOf(connector(withKey('k', { cache: { enabled: true } }))), ports)
    expect(stored.size).toBe(0)
  })

  test('whose template would piece a secret together is SECRET_IN_RESPONSE', async () => {
    const body = JSON.stringify({ a: secrets.k.slice(0, 10), b: secrets.k.slice(10) })
    const response_body = '{"x": "{{ response.json.a }}{{ response.json.b }}"}'
    expect((await run(withKey('k', { response_body }), () => ({ body }))).code).toBe('SECRET_IN_RESPONSE')
  })

  test('may redact instead, and says no length or digest that is not so', async () => {
    const { code, text, headers } = await run(withKey('k', { on_secret_in_response: 'redact' }), () => ({
      headers: [
        ['x-echo', secrets.k],
        ['content-length', '30'],
        ['digest', 'sha-256=x'],
      ],
      body: `a ${secrets.k} b`,
    }))
    expect([code, text]).toEqual([200, 'a ••• b'])
    expect(Buffer.from(headers.find(([name]) => name === 'x-echo')?.[1] ?? '', 'latin1').toString()).toBe(
      '•••',
    )
    expect(headers.map(([name]) => name)).not.toContain('content-length')
  })

  test('with Basic credentials is searched for their Base64 too', async () => {
    const authentication = {
      type: 'basic',
      config: { username: 'somebody', password: "{{ get_secret('k') }}" },
    }
    const { ports, seen } = plainPorts(() => ({ body: seen[0]?.headers.authorization ?? '' }), { secrets })
    const outcome = await runExchange(callOf(connector({ authentication, cache: { enabled: false } })), ports)
    expect('problem' in outcome && outcome.problem.code).toBe('SECRET_IN_RESPONSE')
  })

  test('with a signed token is searched for the token', async () => {
    const config = { private_key: "{{ get_secret('k') }}", algorithm: 'HS256', claims: { a: 'b' } }
    const { ports, seen } = plainPorts(() => ({ body: seen[0]?.headers.authorization ?? '' }), { secrets })
    const outcome = await runExchange(
      callOf(connector({ authentication: { type: 'jwt', config }, cache: { enabled: false } })),
      ports,
    )
    expect('problem' in outcome && outcome.problem.code).toBe('SECRET_IN_RESPONSE')
  })

  test.each<[string, number, number]>([
    ['large', 40, 0],
    ['slow', 4, 40],
    ['of one piece', 1, 0],
    ['empty', 0, 0],
  ])('whose answer is %s gets it byte for byte', async (_, pieces, pauseMs) => {
    const chunks = Array.from({ length: pieces }, () => randomBytes(20_000))
    const body = async function* () {
      for (const chunk of chunks) {
        yield chunk
        if (pauseMs > 0) await sleep(pauseMs)
      }
    }
    const { ports } = plainPorts(undefined, { secrets })
    const upstream = {
      send: async () => ({ status: 200, headers: [], body: Readable.from(body(), { objectMode: false }) }),
    }
    const outcome = await runExchange(callOf(connector(withKey('k'))), { ...ports, upstream })
    if ('problem' in outcome) throw outcome.problem
    const out: Uint8Array[] = []
    const got = outcome.answer.body
    if (got instanceof Readable) for await (const chunk of got) out.push(chunk)
    else if (got !== null) out.push(got)
    expect(Buffer.concat(out).equals(Buffer.concat(chunks))).toBe(true)
  })

  test('whose answer begins before the second half of a secret has come breaks off there', async () => {
    const before = Buffer.concat([randomBytes(70_000), Buffer.from(secrets.k.slice(0, 10))])
    const source = new PassThrough()
    source.write(before)
    const { ports } = plainPorts(undefined, { secrets })
    const upstream = { send: async () => ({ status: 200, headers: [], body: source }) }
    const outcome = await runExchange(callOf(connector(withKey('k'))), { ...ports, upstream })
    if ('problem' in outcome || !(outcome.answer.body instanceof Readable)) throw new Error('no stream')
    source.end(secrets.k.slice(10))
    const out: Buffer[] = []
    const reading = (async () => {
      for await (const chunk of outcome.answer.body as Readable) out.push(chunk)
    })()
    await expect(reading).rejects.toMatchObject({ code: 'SECRET_IN_RESPONSE' })
    const left = Buffer.concat(out)
    expect(left.equals(before.subarray(0, left.length))).toBe(true)
    expect(left.length).toBeGreaterThan(60_000)
    expect(left.length).toBeLessThanOrEqual(70_000)
  })

  test('whose answer fails before it is searched is the failure itself, and lets the API go', async () => {
    const failure = new ProblemError('UPSTREAM_PROTOCOL_ERROR', { detail: 'cut' })
    const source = new PassThrough()
    const { ports } = plainPorts(undefined, { secrets })
    const upstream = { send: async () => ({ status: 200, headers: [], body: source }) }
    source.write('{"a":')
    setTimeout(() => source.destroy(failure), 5)
    const outcome = await runExchange(callOf(connector(withKey('k'))), { ...ports, upstream })
    expect('problem' in outcome && outcome.problem).toBe(failure)
  })

  test('whose reader goes away lets the API go', async () => {
    const source = new PassThrough()
    const { ports } = plainPorts(undefined, { secrets })
    const upstream = { send: async () => ({ status: 200, headers: [], body: source }) }
    source.write(randomBytes(100_000))
    const outcome = await runExchange(callOf(connector(withKey('k'))), { ...ports, upstream })
    if ('problem' in outcome || !(outcome.answer.body instanceof Readable)) throw new Error('no stream')
    outcome.answer.body.destroy()
    await expect.poll(() => source.destroyed).toBe(true)
  })

  test('is not searched for a secret of under 16 bytes: G1 ends there, openly', async () => {
    expect((await run(withKey('short'), () => ({ body: secrets.short }))).code).toBe(200)
  })

  describe('injects what is made of a secret, and a response may not repeat', () => {
    const key = 'k-0123456789abcdef0123'
    const made = { k: key, s: `session-${key}` }
    const repeating = async (change: object, part: (sent: Seen) => string) => {
      const { ports, seen, found } = plainPorts(
        () => ({ body: `{"got":"${part(seen[0] ?? { method: '', url: '', headers: {}, body: '' })}"}` }),
        { secrets: made },
      )
      const shown = await traceExchange(callOf(connector({ cache: { enabled: false }, ...change })), ports)
      return { shown, sent: part(seen[0] ?? { method: '', url: '', headers: {}, body: '' }), found }
    }
    const query = (sent: Seen) => new URL(sent.url).searchParams.get('q') ?? ''
    const cookie = (sent: Seen) => sent.headers.cookie?.split(/; |=/)[3] ?? ''
    const inQuery = (value: string) => ({ query_parameters: [{ key: 'q', value }] })
    const claims = `{{ '{"a":"b"}' | from_json | jwt_encode: get_secret('k'), 'HS256' }}`

    test.each<[string, object, (sent: Seen) => string]>([
      ['a JWT in the query', inQuery(claims), query],
      ['a signature in the query', inQuery("{{ 'x' | hmac_sha256: get_secret('k') }}"), query],
      [
        'an encoded pair in the query',
        inQuery("{{ 'u:' | append: get_secret('k') | base64_encode }}"),
        query,
      ],
      [
        'a signature behind a name',
        inQuery("t=1,v1={{ 'x' | hmac_sha256: get_secret('k') }}"),
        (sent) => query(sent).slice(7),
      ],
      [
        'the second word of a Cookie',
        {
          headers: [{ key: 'Cookie', value: "a={{ user.id }}; b={{ 'x' | hmac_sha256: get_secret('k') }}" }],
        },
        cookie,
      ],
      [
        'a part of an output',
        { headers: [{ key: 'X-S', value: "{{ 't=1,v1=' | append: get_secret('s') }}" }] },
        (sent) => (sent.headers['x-s'] ?? '').slice(7),
      ],
      [
        'the secret itself, trimmed',
        { headers: [{ key: 'X-S', value: "{{ get_secret('s') | append: '  ' }}" }] },
        () => made.s,
      ],
    ])('%s', async (_, change, part) => {
      const { shown, sent, found } = await repeating(change, part)
      expect(sent.length).toBeGreaterThanOrEqual(16)
      expect(shown.problem).toMatchObject({ code: 'SECRET_IN_RESPONSE' })
      expect(JSON.stringify(shown)).not.toContain(sent)
      expect(found).toHaveLength(1)
      const redacted = await repeating({ ...change, on_secret_in_response: 'redact' }, part)
      expect(redacted.shown.answer?.body).toBe('{"got":"•••"}')
      expect(redacted.shown.upstream?.body).toBe('{"got":"•••"}')
      expect(JSON.stringify(redacted.shown)).not.toContain(sent)
    })
  })

  describe('passes validators', () => {
    const said = [
      ['etag', 'W/"of-the-body"'],
      ['last-modified', 'Thu, 01 Jan 2026 00:00:00 GMT'],
      ['content-length', '2'],
      ['digest', 'sha-256=x'],
      ['repr-digest', 'sha-256=:x:'],
      ['content-md5', 'x'],
    ] as const
    const names = said.map(([name]) => name)
    const passed = async (change: object, response: object = {}) => {
      const { headers } = await run(withKey('k', change), () => ({ headers: said, body: '{}', ...response }))
      return Object.fromEntries(headers.filter(([name]) => names.some((one) => one === name)))
    }

    test('where the whole body was searched before the head', async () => {
      expect(await passed({})).toEqual(Object.fromEntries(said))
    })

    test.each([
      ['with a body that streams', {}, { body: 'x'.repeat(300_000) }],
      ['to HEAD, whose body no one has searched', { method: 'HEAD' }, { body: '' }],
    ])('%s only as an HMAC of the ETag', async (_, change, response) => {
      const first = await passed(change, response)
      expect(Object.keys(first)).toEqual(['etag'])
      expect(first.etag).toMatch(/^W\/"[\w-]{27}"$/)
      expect(await passed(change, response)).toEqual(first)
      const other = await passed(change, { ...response, headers: [['etag', '"another"']] })
      expect(other.etag).not.toBe(first.etag)
    })

    test.each([{ body: '{}' }, { body: 'x'.repeat(300_000) }, { body: '' }])(
      'never with redact, whatever the body',
      async (response) => {
        expect(await passed({ on_secret_in_response: 'redact' }, response)).toEqual({})
        const withShort = await run(withKey('short', { on_secret_in_response: 'redact' }), () => ({
          headers: said,
        }))
        expect(withShort.headers.map(([name]) => name)).not.toContain('etag')
      },
    )

    test('of a body of our own over what is sent, after it was searched', async () => {
      const response_body = '{"x": "{{ response.json.a }}{{ response.json.b }}"}'
      const of = async (a: string, b: string) => {
        const change = { response_body, on_secret_in_response: 'redact' }
        const { headers, text } = await run(withKey('k', change), () => ({ body: JSON.stringify({ a, b }) }))
        return { text, etag: headers.find(([name]) => name === 'etag')?.[1] }
      }
      const pieced = await of(secrets.k.slice(0, 10), secrets.k.slice(10))
      expect(pieced.text).toBe('{"x": "•••"}')
      expect(await of('•', '••')).toEqual(pieced)
      expect(pieced.etag).toMatch(/^"[\w-]{27}"$/)
    })

    test('in a 304 as they were when the body came', async () => {
      const whole = 'x'.repeat(300_000)
      const answers = [
        {
          headers: [
            ['etag', '"raw"'],
            ['cache-control', 'max-age=0, must-revalidate'],
            ['last-modified', said[1][1]],
          ] as const,
          body: whole,
        },
        {
          status: 304,
          headers: [
            ['etag', '"raw"'],
            ['last-modified', said[1][1]],
          ] as const,
          body: '',
        },
      ]
      const { ports, seen } = plainPorts(() => answers[seen.length - 1] ?? {}, { secrets })
      const compiled = connector(withKey('k', { cache: { enabled: true } }))
      const tags: (string | undefined)[] = []
      for (const _ of answers) {
        const outcome = await runExchange(callOf(compiled), ports)
        if ('problem' in outcome) throw outcome.problem
        expect(await textOf(outcome.answer.body)).toBe(whole)
        tags.push(headerValue(outcome.answer.headers, 'etag'))
        expect(headerValue(outcome.answer.headers, 'last-modified')).toBeUndefined()
      }
      expect(seen[1]?.headers['if-none-match']).toBe('"raw"')
      expect(tags[0]).toMatch(/^"[\w-]{27}"$/)
      expect(tags[1]).toBe(tags[0])
    })
  })

  test('searches X-Upstream-Location as a caller would get it', async () => {
    // What a URL parser drops would piece the secret together behind the search.
    const location = `/items/${secrets.k.slice(0, 9)}\t${secrets.k.slice(9)}`
    expect((await run(withKey('k'), () => ({ status: 201, headers: [['location', location]] }))).code).toBe(
      'SECRET_IN_RESPONSE',
    )
    const { headers } = await run(withKey('k', { on_secret_in_response: 'redact' }), () => ({
      status: 201,
      headers: [['location', location]],
    }))
    const shown = Buffer.from(headerValue(headers, 'x-upstream-location') ?? '', 'latin1').toString()
    expect(shown).toBe('/items/•••')
  })

  test('searches the names of headers', async () => {
    const headers = [[`x-${secrets.k}`, 'here']] as const
    expect((await run(withKey('k'), () => ({ headers }))).code).toBe('SECRET_IN_RESPONSE')
    const redacted = await run(withKey('k', { on_secret_in_response: 'redact' }), () => ({ headers }))
    expect(JSON.stringify(redacted.headers)).not.toContain(secrets.k)
  })

  test('tells each response that held something once, and no other', async () => {
    const { ports, found } = plainPorts(
      () => ({ headers: [['x-a', secrets.k]], body: `${secrets.k} ${secrets.k}` }),
      { secrets },
    )
    await runExchange(callOf(connector(withKey('k'))), ports)
    expect(found).toHaveLength(1)
    const quiet = plainPorts(() => ({ body: 'nothing' }), { secrets })
    await runExchange(callOf(connector(withKey('k'))), quiet.ports)
    expect(quiet.found).toHaveLength(0)
  })
})

test('an overridable Range is refused where a credential is sent, and only there', () => {
  const headers = [{ key: 'range', value: '', overridable: true }]
  const authentication = { type: 'api_key', config: { key: 'X-Key', value: "{{ get_secret('k') }}" } }
  const errorsOf = (change: object) => {
    const base = { name: 'Test', url: 'https://api.example.com/', cache: { enabled: false } }
    const { definition, errors } = parseDefinition({ ...base, ...change })
    return definition === undefined ? errors : compileConnector(definition, { tenantId: 'acme' }).errors
  }
  expect(errorsOf({ headers, authentication })).toMatchObject([
    { path: 'headers[0].overridable', code: 'REFUSED_HEADER' },
  ])
  expect(errorsOf({ headers: [...headers, { key: 'X-S', value: "{{ get_secret('k') }}" }] })).toHaveLength(1)
  expect(errorsOf({ headers })).toEqual([])
  expect(errorsOf({ headers: [{ key: 'Range', value: 'bytes=0-99' }], authentication })).toEqual([])
})
