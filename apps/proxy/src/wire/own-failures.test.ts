/** Whatever goes wrong while a response is written, or anywhere unseen, ends in our problem and our log (G7). */
import { Readable } from 'node:stream'
import { afterEach, describe, expect, test } from 'vitest'
import type { MemoryServices, Services } from '../services.ts'
import { openRaw, rawRequest } from '../testing/raw-call.ts'
import { bearer, compiled, startTestProxy, type TestProxy } from '../testing/test-proxy.ts'

let proxy: TestProxy | undefined
afterEach(() => proxy?.close())

type Send = Services['ports']['upstream']['send']

const origin = 'https://app.example.com'

/** A proxy whose guarded client is replaced: for what no API can cause. */
async function startWith(send: Send, definition: object = {}): Promise<TestProxy> {
  const started = await startTestProxy({
    tenants: [{ id: 'acme', origins: [origin] }],
    connectors: [compiled({ permalink: 'sample', url: 'https://api.example.com/', ...definition })],
    override: ({ ports }: MemoryServices) => ({ ports: { ...ports, upstream: { send } } }),
  })
  proxy = started
  return started
}

const call = async (started: TestProxy, method = 'GET', body?: string) =>
  started.call('/connectors/sample/execute', {
    method,
    headers: { ...(await bearer()), origin, 'x-request-id': 'asked-for-1' },
    ...(body !== undefined && { body }),
  })

const ok = (headers: readonly (readonly [string, string])[], body = 'ok') => ({
  status: 200,
  headers,
  body: Readable.from([Buffer.from(body)]),
})

const isOurs = {
  status: 500,
  headers: {
    'content-type': 'application/problem+json',
    'x-connector-error': 'INTERNAL_ERROR',
    'x-request-id': 'asked-for-1',
    'access-control-allow-origin': origin,
  },
}

describe('what Node refuses to write is a problem of ours, and the connection goes on', () => {
  test.each<[string, object]>([
    ['a body that streams', {}],
    ['a body at hand', { response_body: '{"a": 1}' }],
  ])('%s', async (_what, definition) => {
    const headers = [['bad name', 'x']] as const
    const started = await startWith(async () => ok(headers), definition)
    expect(await call(started)).toMatchObject(isOurs)
    expect(started.log.at(-1)).toMatchObject({
      code: 'INTERNAL_ERROR',
      cause: { code: 'ERR_INVALID_HTTP_TOKEN' },
    })

    const { authorization } = await bearer()
    const request = rawRequest('/connectors/sample/execute', {
      Authorization: authorization,
      Connection: 'keep-alive',
    })
    const { text, socket } = openRaw(started.url, request + request)
    await expect.poll(() => text().match(/HTTP\/1\.1 500 /g)?.length).toBe(2)
    expect(text()).not.toContain('text/plain')
    socket.destroy()
  })
})

describe('an error that nothing handles', () => {
  /** An API call whose callback throws unseen: nothing ever settles it. */
  const lost =
    (take: (error: Error) => void): Send =>
    () => {
      setTimeout(() => take(new Error('secret text')), 10)
      return new Promise(() => {})
    }

  test.each(['GET', 'POST'] as const)(
    'ends the exchange that it belongs to, and no other (%s)',
    async (method) => {
      const started: TestProxy = await startWith(
        lost((error) => started.takeStrayError(error)),
        { method },
      )
      const body = method === 'POST' ? '{}' : undefined
      expect(await call(started, method, body)).toMatchObject(isOurs)
      const noted = started.log.filter(({ code }) => code === undefined)
      expect(noted).toMatchObject([{ request_id: 'asked-for-1', cause: { name: 'Error' } }])
      expect(JSON.stringify(started.log)).not.toContain('secret text')
    },
  )

  test('of no exchange is logged, and nothing else happens', async () => {
    const started = await startWith(async () => ok([]))
    started.takeStrayError(new TypeError('x'))
    started.takeStrayError('no error at all')
    expect(started.log).toMatchObject([{ cause: { name: 'TypeError' } }, { cause: { name: 'string' } }])
    expect((await call(started)).status).toBe(200)
  })

  test('behind a head that is out cuts the connection: a part never looks like the whole', async () => {
    const started: TestProxy = await startWith(async () => {
      const body = new Readable({ read() {} })
      body.push('begun')
      setTimeout(() => started.takeStrayError(new Error('late')), 50)
      return { status: 200, headers: [], body }
    })
    const { authorization } = await bearer()
    const { ended } = openRaw(
      started.url,
      rawRequest('/connectors/sample/execute', { Authorization: authorization }),
    )
    expect(await ended).toMatchObject({ wasReset: true, text: expect.stringContaining('begun') })
  })
})
