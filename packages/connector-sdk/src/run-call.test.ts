import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  ConnectorBoundaryError,
  ConnectorNetworkError,
  ConnectorProblem,
  ConnectorTimeoutError,
  ConnectorUpstreamError,
  createConnectorClient,
} from './index.ts'
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
afterAll(() => server.close())

const client = (session?: () => string | Promise<string>) =>
  createConnectorClient({ baseUrl: server.baseUrl, manifest, session })
const failure = (call: Promise<unknown>) =>
  call.then(
    () => expect.unreachable('the call succeeded'),
    (error: unknown) => error,
  )

describe('an answer', () => {
  const answering = (type: string | undefined, body: string, status = 200) => {
    server.answer = (response) => {
      response.writeHead(status, type === undefined ? {} : { 'content-type': type })
      response.end(body)
    }
  }

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/hal+json',
    'Application/JSON',
  ])('of %s is parsed', async (type) => {
    answering(type, '{"a":[1]}')
    expect(await client().callConnector('bare')).toEqual({ a: [1] })
  })

  it.each(['text/plain', 'text/html; x="application/json"', 'application/json-seq', undefined])(
    'of %s is text',
    async (type) => {
      answering(type, '{"a":1}')
      expect(await client().callConnector('bare')).toBe('{"a":1}')
    },
  )

  it('without a body is undefined', async () => {
    answering('application/json', '', 204)
    expect(await client().callConnector('bare')).toBeUndefined()
    answering('application/json', '')
    expect(await client().callConnector('bare')).toBeUndefined()
    expect(await client().callConnector('probe')).toBeUndefined()
  })

  it('comes in the form asked for', async () => {
    const { callConnector } = client()
    answering('text/plain', '[1]')
    expect(await callConnector('bare', { as: 'json' })).toEqual([1])
    answering('application/json', '[1]')
    expect(await callConnector('bare', { as: 'text' })).toBe('[1]')
    const blob = await callConnector('bare', { as: 'blob' })
    expect([blob.type, await blob.text()]).toEqual(['application/json', '[1]'])
    expect(new Uint8Array(await callConnector('bare', { as: 'arrayBuffer' }))).toEqual(
      new Uint8Array([91, 49, 93]),
    )
    const stream = await callConnector('bare', { as: 'stream' })
    expect(await new Response(stream).text()).toBe('[1]')
    const response = await callConnector('bare', { as: 'response' })
    expect([response.status, await response.text()]).toEqual([200, '[1]'])
  })

  it('that is to be JSON and does not parse is INVALID_JSON, with its text', async () => {
    answering('application/json', '{"secret-ish": tru')
    const error = await failure(client().callConnector('bare'))
    expect(error).toBeInstanceOf(ConnectorUpstreamError)
    expect(error).toMatchObject({
      code: 'INVALID_JSON',
      status: 200,
      body: '{"secret-ish": tru',
      permalink: 'bare',
    })
    expect((error as Error).message).not.toContain('secret-ish')
    answering('text/plain', 'no json')
    expect(await failure(client().callConnector('bare', { as: 'json' }))).toMatchObject({
      code: 'INVALID_JSON',
    })
  })
})

describe('a failure', () => {
  it('of the proxy is a ConnectorProblem with all that the problem says', async () => {
    server.answer = (response) =>
      problem(response, {
        status: 400,
        code: 'INVALID_OVERRIDE',
        ...{ stage: 'merge', detail: 'Not so.', params: [{ key: 'limit', rule: 'maximum' }] },
      })
    const error = await failure(client().callConnector('bare', { as: 'response' }))
    expect(error).toBeInstanceOf(ConnectorProblem)
    expect(error).toMatchObject({
      name: 'ConnectorProblem',
      message: 'bare: INVALID_OVERRIDE Not so.',
      code: 'INVALID_OVERRIDE',
      permalink: 'bare',
      requestId: 'req-2',
      status: 400,
      stage: 'merge',
      detail: 'Not so.',
      params: [{ key: 'limit', rule: 'maximum' }],
    })
  })

  it('of the proxy is known by its header alone, as after HEAD', async () => {
    server.answer = (response) => problem(response, { status: 503, code: 'OVERLOADED' })
    const error = await failure(client().callConnector('probe'))
    expect(error).toBeInstanceOf(ConnectorProblem)
    expect(error).toMatchObject({ code: 'OVERLOADED', status: 503, params: [], requestId: 'req-2' })
    expect(error).toHaveProperty('stage', undefined)
  })

  it('of the API is a ConnectorUpstreamError with its parsed body, even when it looks like a problem', async () => {
    const body = { code: 'RATE_LIMITED', stage: 'admission' }
    server.answer = (response) => json(response, body, 429)
    const error = await failure(client().callConnector('bare'))
    expect(error).toBeInstanceOf(ConnectorUpstreamError)
    expect(error).toMatchObject({
      code: 'UPSTREAM_ERROR',
      status: 429,
      body,
      requestId: 'req-1',
      permalink: 'bare',
    })
  })

  it('of the API in text keeps its text', async () => {
    server.answer = (response) => response.writeHead(500, { 'content-type': 'text/html' }).end('<b>no</b>')
    expect(await failure(client().callConnector('bare'))).toMatchObject({ status: 500, body: '<b>no</b>' })
  })

  it('to connect is a ConnectorNetworkError', async () => {
    const gone = createServer()
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
    const { port } = gone.address() as AddressInfo
    await new Promise((resolve) => gone.close(resolve))
    const { callConnector } = createConnectorClient({ baseUrl: `http://127.0.0.1:${port}` })
    const error = await failure(callConnector('any'))
    expect(error).toBeInstanceOf(ConnectorNetworkError)
    expect(error).toMatchObject({ code: 'NETWORK_ERROR', permalink: 'any', cause: expect.any(TypeError) })
    expect(error).toHaveProperty('requestId', undefined)
  })

  it('amid the body is a ConnectorNetworkError with the request id', async () => {
    server.answer = (response) => {
      response.writeHead(200, { 'content-length': '100', 'x-request-id': 'req-3' })
      response.write('half', () => response.destroy())
    }
    const error = await failure(client().callConnector('bare'))
    expect(error).toBeInstanceOf(ConnectorNetworkError)
    expect(error).toMatchObject({ code: 'NETWORK_ERROR', requestId: 'req-3' })
  })
})

describe('the end of a call', () => {
  it('by its timeout is a ConnectorTimeoutError: before the answer, amid it, amid a failure', async () => {
    server.answer = () => {}
    const before = await failure(client().callConnector('bare', { timeout: 50 }))
    expect(before).toBeInstanceOf(ConnectorTimeoutError)
    expect(before).toMatchObject({ code: 'TIMEOUT', permalink: 'bare' })
    for (const status of [200, 500]) {
      server.answer = (response) => {
        response.writeHead(status, { 'x-request-id': 'req-4' })
        response.write('half')
      }
      const amid = await failure(client().callConnector('bare', { timeout: 100 }))
      expect(amid).toBeInstanceOf(ConnectorTimeoutError)
    }
  })

  it('by its timeout comes also while the session is awaited, and nothing is sent', async () => {
    const error = await failure(client(() => new Promise(() => {})).callConnector('bare', { timeout: 50 }))
    expect(error).toBeInstanceOf(ConnectorTimeoutError)
    expect(server.received).toEqual([])
  })

  it("by the caller's signal rejects with the signal's reason", async () => {
    const early = vi.fn(() => 'token')
    const reason = new Error('the widget is gone')
    expect(await failure(client(early).callConnector('bare', { signal: AbortSignal.abort(reason) }))).toBe(
      reason,
    )
    expect(early).not.toHaveBeenCalled()
    expect(server.received).toEqual([])

    const controller = new AbortController()
    server.answer = () => controller.abort()
    const error = await failure(client().callConnector('bare', { signal: controller.signal }))
    expect(error).toBe(controller.signal.reason)
    expect(error).toHaveProperty('name', 'AbortError')
  })

  it("by the caller's signal reaches the proxy, also amid a stream that was handed over", async () => {
    const controller = new AbortController()
    const closed = new Promise<void>((resolve) => {
      server.answer = (response) => {
        response.on('close', resolve)
        response.writeHead(200)
        response.write('first')
      }
    })
    const stream = await client().callConnector('bare', { as: 'stream', signal: controller.signal })
    const reader = stream?.getReader() ?? expect.unreachable()
    await reader.read()
    controller.abort()
    await expect(reader.read()).rejects.toBe(controller.signal.reason)
    await closed
  })
})

describe('the session', () => {
  const refusing = (code: string) => {
    server.answer = (response, { headers }) =>
      headers.authorization === 'Bearer fresh'
        ? json(response, { ok: true })
        : problem(response, { status: 401, code })
  }

  it('is the bearer token, without cookies, and asked for each call', async () => {
    const session = vi.fn(async () => 'a.b-c_d')
    const { callConnector } = client(session)
    await callConnector('bare')
    await callConnector('create', { payload: {} })
    expect(session).toHaveBeenCalledTimes(2)
    for (const { headers } of server.received) {
      expect(headers.authorization).toBe('Bearer a.b-c_d')
      expect(headers).not.toHaveProperty('cookie')
    }
  })

  it('is none where the client has none', async () => {
    await client().callConnector('bare')
    expect(server.received[0]?.headers).not.toHaveProperty('authorization')
  })

  it('is asked again once, and the call resent with its payload, when the proxy refuses it', async () => {
    refusing('INVALID_SESSION')
    const tokens = ['stale', 'fresh']
    const { callConnector } = client(() => tokens.shift() ?? 'none left')
    expect(await callConnector('create', { payload: { a: 1 } })).toEqual({ ok: true })
    expect(server.received.map(({ body }) => body.toString())).toEqual(['{"a":1}', '{"a":1}'])
  })

  it('is not asked a third time', async () => {
    refusing('INVALID_SESSION')
    const session = vi.fn(() => 'stale')
    expect(await failure(client(session).callConnector('bare'))).toMatchObject({
      code: 'INVALID_SESSION',
      status: 401,
    })
    expect(session).toHaveBeenCalledTimes(2)
    expect(server.received).toHaveLength(2)
  })

  it("is not asked again for the API's own 401", async () => {
    server.answer = (response) => json(response, {}, 401)
    const session = vi.fn(() => 'token')
    expect(await failure(client(session).callConnector('bare'))).toBeInstanceOf(ConnectorUpstreamError)
    expect(session).toHaveBeenCalledTimes(1)
  })

  it('is not asked again where the payload was a stream, which is gone', async () => {
    refusing('INVALID_SESSION')
    const session = vi.fn(() => 'stale')
    const payload = new Blob(['x']).stream()
    expect(await failure(client(session).callConnector('create', { payload }))).toBeInstanceOf(
      ConnectorProblem,
    )
    expect(session).toHaveBeenCalledTimes(1)
  })

  it('that fails, or gives no token, is SESSION_FAILED with its cause, and nothing is sent', async () => {
    const cause = new Error('not logged in')
    const error = await failure(client(() => Promise.reject(cause)).callConnector('bare'))
    expect(error).toBeInstanceOf(ConnectorBoundaryError)
    expect(error).toMatchObject({ code: 'SESSION_FAILED', cause, permalink: 'bare' })
    for (const token of ['', 'a\r\nX-Evil: 1', 'tök', 'two words', undefined, null, 7, {}]) {
      const session = (() => token) as unknown as () => string
      expect(await failure(client(session).callConnector('bare'))).toMatchObject({ code: 'SESSION_FAILED' })
    }
    expect(server.received).toEqual([])
  })

  it('stands in no error (G1)', async () => {
    const token = 'a-token-that-must-not-leak'
    const errors: unknown[] = []
    server.answer = (response) => response.destroy()
    errors.push(await failure(client(() => token).callConnector('bare')))
    server.answer = (response) => json(response, {}, 500)
    errors.push(await failure(client(() => token).callConnector('bare')))
    server.answer = (response) => problem(response, { status: 403, code: 'FORBIDDEN' })
    errors.push(await failure(client(() => token).callConnector('bare')))
    server.answer = () => {}
    errors.push(await failure(client(() => token).callConnector('bare', { timeout: 50 })))
    errors.push(await failure(client(() => `${token}\n`).callConnector('bare')))
    expect(errors).toHaveLength(5)
    for (const error of errors) {
      expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(token)
    }
  })
})
