import { ProblemError } from '@sluice/connector-schema'
import { describe, expect, test } from 'vitest'
import { runExchange } from '../run.ts'
import { callOf, connector, payloadOf, plainPorts, type Scripted } from '../testing/plain-ports.ts'

const credential = {
  authentication: { type: 'api_key', config: { key: 'X-Key', value: "{{ get_secret('k') }}" } },
  headers: [
    { key: 'X-User', value: '{{ user.id }}' },
    { key: 'Accept', value: 'text/plain' },
  ],
}
const secrets = { k: 'sk-0123456789abcdef' }

const redirect = (location: string, status = 302): Scripted => ({ status, headers: [['location', location]] })

interface Sent {
  readonly payload?: string
  /** Every connection was used before, and has gone stale. */
  readonly isStale?: boolean
}

async function run(
  change: object,
  answers: readonly (Scripted | Error)[],
  { payload, isStale = false }: Sent = {},
) {
  let resent = 0
  const { ports, seen, time } = plainPorts(
    ({ mayResend }) => {
      if (isStale && mayResend?.() === true) resent += 1
      const next = answers[seen.length - 1] ?? {}
      if (next instanceof Error) throw next
      return next
    },
    { secrets },
  )
  const call = callOf(connector(change), payload === undefined ? {} : { payload: payloadOf(payload) })
  const outcome = await runExchange(call, ports)
  const code = 'problem' in outcome ? outcome.problem.code : outcome.answer.status
  const headers = 'problem' in outcome ? {} : Object.fromEntries(outcome.answer.headers)
  return { code, headers, seen, time, resent: () => resent }
}

describe('redirects', () => {
  test.each([
    { name: 'a secret', target: 'sk-0123456789abcdef', k: secrets.k, expected: 'UPSTREAM_REDIRECT' },
    {
      name: 'one percent-encoded twice',
      target: 'sk%252D0123456789abcdef',
      k: secrets.k,
      expected: 'UPSTREAM_REDIRECT',
    },
    {
      name: 'one in base64',
      target: Buffer.from(secrets.k).toString('base64url'),
      k: secrets.k,
      expected: 'UPSTREAM_REDIRECT',
    },
    {
      name: 'a value under 16 bytes, which is looked for nowhere',
      target: 'short',
      k: 'short',
      expected: 200,
    },
  ])('to a listed host whose target holds $name', async ({ target, k, expected }) => {
    const { ports, seen } = plainPorts(
      () => (seen.length === 1 ? redirect(`https://files.example.net/${target}`) : {}),
      { secrets: { k } },
    )
    const call = callOf(connector({ ...credential, redirect_hosts: ['files.example.net'] }))
    const outcome = await runExchange(call, ports)
    expect('problem' in outcome ? outcome.problem.code : outcome.answer.status).toBe(expected)
  })

  test('to the same origin are followed, credential and all', async () => {
    const { code, seen } = await run(credential, [redirect('/moved?x=1'), {}])
    expect(code).toBe(200)
    expect(seen[1]?.url).toBe('https://api.example.com/moved?x=1')
    expect(seen[1]?.headers['x-key']).toBe(secrets.k)
  })

  test('the final dot of a host makes it no other host', async () => {
    const { code, seen } = await run(credential, [redirect('https://api.example.com./moved'), {}])
    expect(code).toBe(200)
    expect(seen[1]?.url).toBe('https://api.example.com/moved')
    expect(seen[1]?.headers['x-key']).toBe(secrets.k)
    const listed = await run({ redirect_hosts: ['Files.example.net.'] }, [
      redirect('https://files.example.net./x'),
      {},
    ])
    expect(listed.seen[1]?.url).toBe('https://files.example.net/x')
  })

  test('at most three times', async () => {
    const loop = [1, 2, 3, 4, 5].map((n) => redirect(`/${n}`))
    const { code, seen } = await run(credential, loop)
    expect(code).toBe('UPSTREAM_REDIRECT')
    expect(seen).toHaveLength(4)
  })

  test.each([
    'https://evil.example.net/',
    'http://api.example.com/',
    'https://api.example.com:8443/',
    '//evil.example.net/',
    'https://user@api.example.com/',
    'javascript:alert(1)',
    'http://[',
  ])('to %s are refused', async (location) => {
    const { code, seen } = await run(credential, [redirect(location)])
    expect(code).toBe('UPSTREAM_REDIRECT')
    expect(seen).toHaveLength(1)
  })

  test('to a host of redirect_hosts go without any credential or identity, and never get them back', async () => {
    const change = { ...credential, redirect_hosts: ['files.example.net', 'api.example.com'] }
    const { code, seen } = await run(change, [
      redirect('https://files.example.net/f'),
      redirect('https://api.example.com/again'),
      {},
    ])
    expect(code).toBe(200)
    expect(seen[1]?.headers).toMatchObject({ accept: 'text/plain' })
    for (const request of seen.slice(1)) {
      expect(request.headers).not.toHaveProperty('x-key')
      expect(request.headers).not.toHaveProperty('x-user')
    }
  })

  test('that carry our secret to another host are refused', async () => {
    const config = { key: 'key', value: "{{ get_secret('k') }}", in: 'query' }
    const change = { authentication: { type: 'api_key', config }, redirect_hosts: ['files.example.net'] }
    const escaped = `%${secrets.k.charCodeAt(0).toString(16)}${secrets.k.slice(1)}`
    for (const target of [`?key=${secrets.k}`, `?${secrets.k}=1`, secrets.k, escaped, `?x=${escaped}`]) {
      const { code } = await run(change, [redirect(`https://files.example.net/${target}`)])
      expect(code).toBe('UPSTREAM_REDIRECT')
    }
    const basic = { username: 'sluice', password: "{{ get_secret('k') }}" }
    const encoded = Buffer.from(`sluice:${secrets.k}`).toString('base64')
    const { code } = await run({ ...change, authentication: { type: 'basic', config: basic } }, [
      redirect(`https://files.example.net/${encoded}`),
    ])
    expect(code).toBe('UPSTREAM_REDIRECT')
  })

  test('of a POST: 307 repeats a rendered body, 302 and a streamed body are refused', async () => {
    const rendered = { method: 'POST', request_body: '{"a": {{ body.a | json }}}' }
    const repeated = await run(rendered, [redirect('/b', 307), {}], { payload: '{"a":1}' })
    expect(repeated.seen.map((request) => [request.method, request.body])).toEqual([
      ['POST', '{"a": 1}'],
      ['POST', '{"a": 1}'],
    ])
    expect((await run(rendered, [redirect('/b', 302)], { payload: '{"a":1}' })).code).toBe(
      'UPSTREAM_REDIRECT',
    )
    const long = 'x'.repeat(64 * 1024 + 1)
    expect((await run({ method: 'POST' }, [redirect('/b', 307)], { payload: long })).code).toBe(
      'UPSTREAM_REDIRECT',
    )
  })

  test('follow_303: a 303 to a permitted host becomes GET without the body', async () => {
    const change = {
      method: 'POST',
      request_body: '{}',
      redirect_hosts: ['files.example.net'],
      follow_303: true,
    }
    const { seen } = await run(change, [redirect('https://files.example.net/r', 303), {}])
    expect(seen[1]).toMatchObject({ method: 'GET', body: '' })
    expect(seen[1]?.headers).not.toHaveProperty('content-type')
  })

  test.each([300, 301, 302, 303, 307, 308])('%i without Location passes', async (status) => {
    expect((await run({}, [{ status }])).code).toBe(status)
    expect((await run({ method: 'POST', request_body: '{}' }, [{ status }])).code).toBe(status)
  })

  test.each([
    ['/made/1', '/made/1'],
    [Buffer.from('/報告').toString('latin1'), '/%E5%A0%B1%E5%91%8A'],
    ['https://elsewhere.example.net/x', undefined],
    ['http://[', undefined],
  ])(
    '303 after an unsafe method passes, without Location: the API has done its work (%j)',
    async (to, told) => {
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
        const { code, seen, headers } = await run({ method, request_body: '{}' }, [redirect(to, 303), {}])
        expect([code, seen.length]).toEqual([303, 1])
        expect(headers['x-upstream-location']).toBe(told)
        expect(headers).not.toHaveProperty('location')
      }
    },
  )

  test('303 after GET or HEAD is followed by the same method', async () => {
    for (const method of ['GET', 'HEAD']) {
      const { code, seen } = await run({ method }, [redirect('/b', 303), {}])
      expect([code, seen.map((request) => request.method)]).toEqual([200, [method, method]])
    }
  })

  test('follow_303: a 303 on the same origin is followed as a GET, credential and all', async () => {
    const change = { ...credential, method: 'POST', request_body: '{}', follow_303: true }
    const { code, seen } = await run(change, [redirect('/made/1', 303), redirect('/made/one'), {}])
    expect([code, seen.map(({ method, url }) => `${method} ${url}`)]).toEqual([
      200,
      [
        'POST https://api.example.com/items',
        'GET https://api.example.com/made/1',
        'GET https://api.example.com/made/one',
      ],
    ])
    expect(seen[1]?.headers['x-key']).toBe(secrets.k)
  })

  test('follow_303: where it may not be followed it passes, and is no failure', async () => {
    const change = { method: 'POST', request_body: '{}', follow_303: true }
    const { code, seen } = await run(change, [redirect('https://elsewhere.example.net/x', 303), {}])
    expect([code, seen.length]).toEqual([303, 1])
    // The third redirect was the last that may be followed.
    const hops = [1, 2, 3].map((n) => redirect(`/${n}`, 307))
    expect((await run(change, [...hops, redirect('/done', 303)])).code).toBe(303)
  })
})

describe('one exchange sends at most 8 requests', () => {
  const loop = Array.from({ length: 30 }, (_, n) => redirect(`/${n}`))
  const down = Array.from({ length: 30 }, (): Scripted => ({ status: 503 }))

  test('attempts and redirects together', async () => {
    const answers = down.flatMap((failure) => [redirect('/a'), redirect('/b'), failure])
    const { code, seen } = await run({ retry: { attempts: 5 } }, answers)
    // Two attempts of three; the third is out of requests at its second redirect, and that is no more a 503.
    expect([code, seen.length]).toEqual(['UPSTREAM_REDIRECT', 8])
  })

  test('and fewer where the definition says so', async () => {
    expect((await run({ retry: { attempts: 5 } }, down)).seen).toHaveLength(6)
    expect((await run({}, loop)).seen).toHaveLength(4)
  })

  test('what a stale connection swallowed counts as well', async () => {
    const { code, seen, resent } = await run({ retry: { attempts: 5 } }, down, { isStale: true })
    expect([code, seen.length + resent()]).toEqual([503, 8])
  })

  test('a 304 for another ETag is asked about again from the same number', async () => {
    const etag = (value: string): Scripted => ({ headers: [['etag', value]] })
    const stale = [
      etag('"1"'),
      ...[1, 2, 3].map((n) => redirect(`/${n}`)),
      { ...etag('"2"'), status: 304 },
      ...loop,
    ]
    const { ports, seen, time } = plainPorts(() => stale[seen.length - 1] ?? {})
    const compiled = connector({})
    await runExchange(callOf(compiled), ports)
    time.nowMs += 1000
    const outcome = await runExchange(callOf(compiled), ports)
    expect('problem' in outcome && outcome.problem.code).toBe('UPSTREAM_REDIRECT')
    expect(seen).toHaveLength(1 + 8)
  })
})

describe('retries', () => {
  const unreachable = new ProblemError('UPSTREAM_UNREACHABLE', { detail: 'refused' })

  test.each([429, 502, 503, 504])('%i is tried again, as often as the definition says', async (status) => {
    const { code, seen } = await run({ retry: { attempts: 2 } }, [{ status }, { status }, {}])
    expect(code).toBe(200)
    expect(seen).toHaveLength(3)
  })

  test('so is a failed connection', async () => {
    const { code } = await run({ retry: { attempts: 1 } }, [unreachable, {}])
    expect(code).toBe(200)
  })

  test('nothing is tried again by default, nor an unsafe method ever', async () => {
    expect((await run({}, [{ status: 503 }, {}])).code).toBe(503)
    const post = await run({ method: 'POST', retry: { attempts: 3 } }, [{ status: 503 }, {}])
    expect(post.seen).toHaveLength(1)
  })

  test('500 and 404 are answers, not failures', async () => {
    expect((await run({ retry: { attempts: 3 } }, [{ status: 500 }, {}])).code).toBe(500)
  })

  test('only requests that may be repeated may be resent when a connection had gone stale', async () => {
    const resent = async (change: object, payload?: string) =>
      (await run(change, [{}], { isStale: true, ...(payload !== undefined && { payload }) })).resent()
    expect(await resent({})).toBe(1)
    expect(await resent({ method: 'PUT', request_body: '{}' }, '{}')).toBe(1)
    expect(await resent({ method: 'DELETE' })).toBe(1)
    expect(await resent({ method: 'PUT' }, 'x'.repeat(64 * 1024 + 1))).toBe(0)
    for (const method of ['POST', 'PATCH']) {
      expect(await resent({ method, request_body: '{}', retry: { attempts: 5 } })).toBe(0)
    }
  })

  test('Retry-After is honoured while it fits into the time that is left', async () => {
    const later = (seconds: string): Scripted => ({ status: 503, headers: [['retry-after', seconds]] })
    const change = { retry: { attempts: 1 }, timeout_ms: 5000 }
    const waited = await run(change, [later('2'), {}])
    expect(waited.code).toBe(200)
    expect(waited.time.nowMs).toBe(Date.UTC(2026, 0, 1) + 2000)
    const pastOneAttempt = { ...change, timeout_ms: 500 }
    expect((await run(pastOneAttempt, [later('2'), {}])).code).toBe(200)
    expect((await run(change, [later('60'), {}])).code).toBe(503)
  })
})
