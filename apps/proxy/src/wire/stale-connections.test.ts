/** Connections that an API closes while they are kept (spec: "Egress guard"): no failure of the call's. */
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { type RawRequest, response, startRawApi } from '../testing/raw-api.ts'
import { wires } from '../testing/wire-proxy.ts'

const { start, closeAll } = wires()
afterEach(closeAll)

type End = (socket: Socket) => unknown

const ends: readonly (readonly [name: string, end: End])[] = [
  ['a close in good order', (socket) => socket.end()],
  ['a reset', (socket) => socket.resetAndDestroy()],
]

/** Gives a response to the first request of each connection, and ends it at the second without a byte. */
const closesAtTheSecond =
  (end: End) =>
  (socket: Socket, { numberOnConnection }: RawRequest) =>
    numberOnConnection === 1 ? socket.write(response('ok')) : end(socket)

describe.each(ends)('%s of a connection that was used before', (_name, end) => {
  test.each(['GET', 'HEAD', 'OPTIONS', 'DELETE'] as const)(
    '%s goes out once more, unseen',
    async (method) => {
      const api = await startRawApi(closesAtTheSecond(end))
      const { call, proxy } = await start(api, {
        definition: { method, cache: { enabled: false, invalidates: [] } },
      })
      await call({ method })
      const second = await call({ method })
      expect(second.status).toBe(200)
      // undici closes a connection after HEAD: that cannot go stale.
      expect([api.received.length, api.connections()]).toEqual(method === 'HEAD' ? [2, 2] : [3, 2])
      await expect.poll(() => proxy.log.map(({ code }) => code)).toEqual([undefined, undefined])
    },
  )

  test('PUT goes out once more with the same payload', async () => {
    const api = await startRawApi(closesAtTheSecond(end))
    const { call } = await start(api, { definition: { method: 'PUT' } })
    for (const body of ['{"a":1}', '{"a":2}']) expect((await call({ method: 'PUT', body })).status).toBe(200)
    expect(api.received.map(({ body }) => String(body))).toEqual(['{"a":1}', '{"a":2}', '{"a":2}'])
  })

  test.each(['POST', 'PATCH'] as const)('%s does not: the API may have done its work', async (method) => {
    const api = await startRawApi(closesAtTheSecond(end))
    const { call } = await start(api, {
      definition: { method, request_body: '{}', retry: { attempts: 3 } },
    })
    await call({ method })
    const second = await call({ method })
    expect([second.status, second.headers['x-connector-error']]).toEqual([502, 'UPSTREAM_UNREACHABLE'])
    expect(api.received).toHaveLength(2)
  })

  test('a payload that streams cannot be sent again, and is not', async () => {
    const api = await startRawApi(closesAtTheSecond(end))
    const { call } = await start(api, { definition: { method: 'PUT' } })
    const body = 'x'.repeat(100_000)
    await call({ method: 'PUT', body })
    expect((await call({ method: 'PUT', body })).headers['x-connector-error']).toBe('UPSTREAM_UNREACHABLE')
    expect(api.received).toHaveLength(2)
  })

  test('a first byte of a response is the API’s, and what follows it its failure', async () => {
    const api = await startRawApi((socket, { numberOnConnection }) => {
      if (numberOnConnection === 1) return socket.write(response('ok'))
      socket.write('H')
      return setTimeout(() => end(socket), 30)
    })
    const { call } = await start(api)
    await call()
    expect((await call()).headers['x-connector-error']).toBe('UPSTREAM_UNREACHABLE')
    expect(api.received).toHaveLength(2)
  })

  test('it happens once: a fresh connection that ends as well is a failure', async () => {
    let isDown = false
    const api = await startRawApi((socket) => (isDown ? end(socket) : socket.write(response('ok'))))
    const { call } = await start(api)
    await call()
    isDown = true
    expect((await call()).headers['x-connector-error']).toBe('UPSTREAM_UNREACHABLE')
    expect([api.received.length, api.connections()]).toEqual([3, 2])
  })

  test('a connection that was never used before is no stale one', async () => {
    const api = await startRawApi((socket) => end(socket))
    const { call } = await start(api)
    expect((await call()).headers['x-connector-error']).toBe('UPSTREAM_UNREACHABLE')
    expect(api.received).toHaveLength(1)
  })

  test('it takes no attempt from retry', async () => {
    const api = await startRawApi((socket, { numberOnConnection }) =>
      numberOnConnection === 1
        ? socket.write(api.received.length < 4 ? response('ok') : response('', '', '503 Service Unavailable'))
        : end(socket),
    )
    const { call } = await start(api, { definition: { retry: { attempts: 1 } } })
    expect((await call()).status).toBe(200)
    // The second is swallowed, the third brings ok.
    expect((await call()).status).toBe(200)
    // The fourth is swallowed or new, and two attempts give 503 each.
    expect((await call()).status).toBe(503)
    expect(api.received.filter(({ numberOnConnection }) => numberOnConnection === 1)).toHaveLength(4)
  })
})

test('an API that closes a second after its response: 240 GETs, and none is a 502', async () => {
  const lifeMs = 100
  const api = await startRawApi((socket, { numberOnConnection }) => {
    // At the very moment at which the next request may be on its way.
    if (numberOnConnection === 1) setTimeout(() => socket.end(), lifeMs)
    socket.write(response('ok'))
  })
  const { call } = await start(api, { definition: { cache: { enabled: false, invalidates: [] } } })
  const calls = Array.from({ length: 240 }, async (_, index) => {
    await sleep(Math.floor(index / 4) * (lifeMs / 8) + (index % 4) * lifeMs)
    return (await call()).status
  })
  expect(new Set(await Promise.all(calls))).toEqual(new Set([200]))
})

test('an idle connection is closed by us before common servers do, and by Keep-Alive where it says less', async () => {
  const closed: string[] = []
  const api = await startRawApi((socket, { head }) => {
    const [, path = ''] = head.split(' ')
    socket.once('close', () => closed.push(path))
    socket.write(response('ok', path === '/things?brief=1' ? 'Keep-Alive: timeout=1\r\n' : ''))
  })
  const { call, proxy, authorization, target } = await start(api, {
    definition: { unlisted_parameters: 'allow' },
    egress: { keepAliveTimeoutMs: 300 },
  })
  await call()
  await expect.poll(() => closed, { timeout: 2500 }).toEqual(['/things'])
  // One second is less than what we stay below it: closed at once.
  await proxy.call(`${target}?brief=1`, { headers: { authorization } })
  await expect.poll(() => closed, { timeout: 5000 }).toEqual(['/things', '/things?brief=1'])
})
