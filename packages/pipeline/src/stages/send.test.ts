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

async function run(change: object, answers: readonly (Scripted | Error)[], payload?: string) {
  const { ports, seen, time } = plainPorts(
    () => {
      const next = answers[seen.length - 1] ?? {}
      if (next instanceof Error) throw next
      return next
    },
    { secrets },
  )
  const call = callOf(connector(change), payload === undefined ? {} : { payload: payloadOf(payload) })
  const outcome = await runExchange(call, ports)
  const code = 'problem' in outcome ? outcome.problem.code : outcome.answer.status
  return { code, seen, time }
}

describe('redirects', () => {
  test('to the same origin are followed, credential and all', async () => {
    const { code, seen } = await run(credential, [redirect('/moved?x=1'), {}])
    expect(code).toBe(200)
    expect(seen[1]?.url).toBe('https://api.example.com/moved?x=1')
    expect(seen[1]?.headers['x-key']).toBe(secrets.k)
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
    const repeated = await run(rendered, [redirect('/b', 307), {}], '{"a":1}')
    expect(repeated.seen.map((request) => [request.method, request.body])).toEqual([
      ['POST', '{"a": 1}'],
      ['POST', '{"a": 1}'],
    ])
    expect((await run(rendered, [redirect('/b', 302)], '{"a":1}')).code).toBe('UPSTREAM_REDIRECT')
    expect((await run({ method: 'POST' }, [redirect('/b', 307)], 'x'.repeat(64 * 1024 + 1))).code).toBe(
      'UPSTREAM_REDIRECT',
    )
  })

  test('303 to a permitted host becomes GET without the body', async () => {
    const change = { method: 'POST', request_body: '{}', redirect_hosts: ['files.example.net'] }
    const { seen } = await run(change, [redirect('https://files.example.net/r', 303), {}])
    expect(seen[1]).toMatchObject({ method: 'GET', body: '' })
    expect(seen[1]?.headers).not.toHaveProperty('content-type')
  })

  test('a 3xx without Location passes', async () => {
    expect((await run({}, [{ status: 302 }])).code).toBe(302)
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
