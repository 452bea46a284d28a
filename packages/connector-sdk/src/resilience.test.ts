import type { ServerResponse } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createConnectorClient } from './index.ts'
import { json, problem, type RecordingServer, startRecordingServer } from './testing/recording-server.ts'
import { manifest } from './testing/sample-manifest.ts'

let server: RecordingServer
beforeAll(async () => {
  server = await startRecordingServer()
})
beforeEach(() => {
  server.received.length = 0
  server.answer = (response) => json(response, { ok: true })
})
afterEach(() => vi.unstubAllGlobals())
afterAll(() => server.close())

const client = (session?: (() => string) | 'cookie') =>
  createConnectorClient({ baseUrl: server.baseUrl, manifest, session })
const arrived = (count: number) => vi.waitFor(() => expect(server.received).toHaveLength(count))

/** The first answers have these statuses, all others are fine. */
function failing(statuses: number[], headers: Record<string, string> = {}): void {
  server.answer = (response) => {
    const status = statuses.shift()
    if (status === undefined) json(response, { ok: true })
    else response.writeHead(status, headers).end()
  }
}

describe('a call that may succeed later', () => {
  it.each([429, 502, 503, 504])('is sent again after %i', async (status) => {
    failing([status, status], { 'retry-after': '0' })
    expect(await client().callConnector('bare')).toEqual({ ok: true })
    expect(server.received).toHaveLength(3)
  })

  it('is sent again with its payload where the method is idempotent', async () => {
    failing([503])
    await client().callConnector('replace', { payload: { a: 1 } })
    expect(server.received.map(({ body }) => body.toString())).toEqual(['{"a":1}', '{"a":1}'])
  })

  it.each(['create', 'change'] as const)(
    'is not sent again where the method is not: %s',
    async (permalink) => {
      failing([503])
      await expect(client().callConnector(permalink, { payload: {} })).rejects.toMatchObject({ status: 503 })
      expect(server.received).toHaveLength(1)
    },
  )

  it.each([400, 404, 408, 409, 413, 500, 501])('is not sent again after %i', async (status) => {
    failing([status])
    await expect(client().callConnector('bare')).rejects.toMatchObject({ status })
    expect(server.received).toHaveLength(1)
  })

  it('is sent as often as `retry` says, and the last failure is the answer', async () => {
    failing([503, 503, 503])
    await expect(client().callConnector('bare', { retry: 0 })).rejects.toMatchObject({ status: 503 })
    expect(server.received).toHaveLength(1)
    await expect(client().callConnector('bare', { retry: 1 })).rejects.toMatchObject({ status: 503 })
    expect(server.received).toHaveLength(3)
  })

  it.each([-1, 1.5, '1', Number.NaN, Number.POSITIVE_INFINITY, null])(
    'is refused with retry %o',
    async (retry) => {
      const call = client().callConnector('bare', { retry: retry as number })
      await expect(call).rejects.toMatchObject({ code: 'INVALID_OPTION', params: ['retry'] })
    },
  )

  it('is not sent again with a stream, which is gone', async () => {
    failing([503])
    const payload = new Blob(['x']).stream()
    await expect(client().callConnector('replace', { payload })).rejects.toMatchObject({ status: 503 })
    expect(server.received).toHaveLength(1)
  })

  it('waits as long as Retry-After says', async () => {
    failing([429], { 'retry-after': '1' })
    const started = performance.now()
    await client().callConnector('bare')
    expect(performance.now() - started).toBeGreaterThan(950)
  })

  it('fails at once where Retry-After is longer than its timeout', async () => {
    failing([429], { 'retry-after': '60' })
    await expect(client().callConnector('bare')).rejects.toMatchObject({ status: 429 })
    expect(server.received).toHaveLength(1)
  })

  it('is not sent again once it was aborted or its time is over', async () => {
    failing([503, 503, 503], { 'retry-after': '1' })
    const controller = new AbortController()
    const call = client().callConnector('bare', { signal: controller.signal })
    await arrived(1)
    controller.abort(new Error('gone'))
    await expect(call).rejects.toThrow('gone')
    const late = client().callConnector('bare', { timeout: 1200, retry: 9 })
    await expect(late).rejects.toMatchObject({ code: 'TIMEOUT' })
    expect(server.received.length).toBeLessThanOrEqual(3)
  })
})

describe('identical GETs at one time', () => {
  const waiting: ServerResponse[] = []
  const hold = () => {
    waiting.length = 0
    server.answer = (response) => void waiting.push(response)
  }

  it('are one request, and each has an answer of its own', async () => {
    const { callConnector } = client(() => 'token')
    const [a, b, text] = await Promise.all([
      callConnector('search', { query: { q: 'x' } }),
      callConnector('search', { query: { q: 'x' } }),
      callConnector('search', { query: { q: 'x' }, as: 'text' }),
    ])
    expect(server.received).toHaveLength(1)
    expect([a, b, text]).toEqual([{ ok: true }, { ok: true }, '{"ok":true}'])
    expect(a).not.toBe(b)
  })

  it('are requests of their own where anything differs: keys, headers, path, session, client', async () => {
    const tokens = ['a', 'b']
    const { callConnector } = client()
    const switching = client(() => tokens.shift() ?? 'c').callConnector
    await Promise.all([
      callConnector('search', { query: { q: 'x' } }),
      callConnector('search', { query: { q: 'y' } }),
      callConnector('search', { query: { q: 'x' }, headers: { Accept: 'a/b' } }),
      callConnector('idea-endorsements', { path: { idea_id: 1 } }),
      callConnector('idea-endorsements', { path: { idea_id: 2 } }),
      switching('bare'),
      switching('bare'),
      client().callConnector('search', { query: { q: 'x' } }),
    ])
    expect(server.received).toHaveLength(8)
  })

  it('are requests of their own for other methods, and where the answer is handed over unread', async () => {
    const { callConnector } = client()
    await Promise.all([
      ...['create', 'create', 'probe', 'probe'].map((one) => callConnector(one as 'create')),
      ...(['stream', 'response', 'stream'] as const).map((as) => callConnector('bare', { as })),
    ])
    expect(server.received).toHaveLength(7)
  })

  it('are sent anew once an answer began', async () => {
    const { callConnector } = client()
    await callConnector('bare')
    await callConnector('bare')
    expect(server.received).toHaveLength(2)
  })

  it('share a failure too', async () => {
    server.answer = (response) => problem(response, { status: 403, code: 'FORBIDDEN' })
    const { callConnector } = client()
    const [a, b] = await Promise.allSettled([callConnector('bare'), callConnector('bare')])
    for (const outcome of [a, b])
      expect(outcome).toMatchObject({ reason: { code: 'FORBIDDEN', status: 403 } })
    expect(server.received).toHaveLength(1)
  })

  it('outlive the abort and the timeout of one of them', async () => {
    hold()
    const { callConnector } = client()
    const controller = new AbortController()
    const calls = [
      callConnector('bare', { signal: controller.signal }),
      callConnector('bare', { timeout: 60 }),
      callConnector('bare'),
    ]
    const outcomes = Promise.allSettled(calls)
    await arrived(1)
    controller.abort(new Error('gone'))
    await expect(calls[1]).rejects.toMatchObject({ code: 'TIMEOUT' })
    for (const response of waiting) json(response, { late: true })
    expect(await outcomes).toMatchObject([
      { reason: { message: 'gone' } },
      { reason: { code: 'TIMEOUT' } },
      { value: { late: true } },
    ])
    expect(server.received).toHaveLength(1)
  })

  it('end at the proxy with the last of them, and the next one is sent', async () => {
    hold()
    const { callConnector } = client()
    const controllers = [new AbortController(), new AbortController()]
    const calls = Promise.allSettled(controllers.map(({ signal }) => callConnector('bare', { signal })))
    await arrived(1)
    const closed = new Promise((resolve) => waiting[0]?.on('close', resolve))
    for (const controller of controllers) controller.abort()
    await calls
    server.answer = (response) => json(response, { ok: true })
    expect(await callConnector('bare')).toEqual({ ok: true })
    await closed
  })
})

describe('a cookie session', () => {
  const page = (elements: Readonly<Record<string, object>>) =>
    vi.stubGlobal('document', { querySelector: (selector: string) => elements[selector] ?? null })
  /** Hands out `good`, and refuses every other token. */
  const guard = (good: string) => {
    server.answer = (response, { url, headers }) => {
      if (url === '/connectors/csrf') json(response, { csrf_token: good })
      else if (headers['x-csrf-token'] === good) json(response, { ok: true })
      else problem(response, { status: 403, code: 'CSRF_FAILED' })
    }
  }
  const urls = () => server.received.map(({ url }) => url)

  it.each([
    ['meta[name="csrf-token"]', { content: 'good' }],
    ['#csrftoken', { value: 'good' }],
    ['#csrftoken', { textContent: ' good\n' }],
  ])('sends the token of %s', async (selector, element) => {
    page({ [selector]: element })
    guard('good')
    expect(await client('cookie').callConnector('create', { payload: {} })).toEqual({ ok: true })
    expect(urls()).toEqual(['/connectors/create/execute'])
    expect(server.received[0]?.headers.authorization).toBeUndefined()
  })

  it('fetches the token once where the page has none, as in a worker', async () => {
    guard('good')
    const { callConnector } = client('cookie')
    await Promise.all([callConnector('bare'), callConnector('create'), callConnector('probe')])
    await callConnector('bare')
    expect(urls().filter((url) => url === '/connectors/csrf')).toHaveLength(1)
  })

  it('fetches it once more after CSRF_FAILED, and sends the call again with its payload', async () => {
    page({ '#csrftoken': { value: 'stale' } })
    guard('good')
    const { callConnector } = client('cookie')
    expect(await callConnector('create', { payload: { a: 1 } })).toEqual({ ok: true })
    expect(urls()).toEqual(['/connectors/create/execute', '/connectors/csrf', '/connectors/create/execute'])
    await callConnector('bare')
    expect(urls()).toHaveLength(4)
  })

  it('does not try a third time', async () => {
    guard('good')
    const refuse = server.answer
    server.answer = (response, request) =>
      request.url === '/connectors/csrf' ? json(response, { csrf_token: 'bad' }) : refuse(response, request)
    await expect(client('cookie').callConnector('create')).rejects.toMatchObject({ code: 'CSRF_FAILED' })
    expect(urls()).toHaveLength(4)
  })

  it('that is none is told by the problem of the proxy, and is asked for anew later', async () => {
    server.answer = (response) => problem(response, { status: 401, code: 'SESSION_REQUIRED' })
    const { callConnector } = client('cookie')
    await expect(callConnector('bare')).rejects.toMatchObject({
      code: 'SESSION_REQUIRED',
      permalink: 'bare',
      requestId: 'req-2',
    })
    guard('good')
    expect(await callConnector('bare')).toEqual({ ok: true })
  })
})
