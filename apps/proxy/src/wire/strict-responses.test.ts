/** What an API says twice, and where it redirects to, over real sockets. */
import { afterEach, describe, expect, test } from 'vitest'
import { type RawRequest, response, startRawApi } from '../testing/raw-api.ts'
import { wires } from '../testing/wire-proxy.ts'

const { start, closeAll } = wires()
afterEach(closeAll)

const cacheOff = { cache: { enabled: false, invalidates: [] } }

describe('a field of one value that came more than once', () => {
  const fields: readonly (readonly [name: string, one: string, other: string])[] = [
    ['Content-Type', 'text/plain', 'text/html'],
    ['ETag', '"1"', '"2"'],
    ['Last-Modified', 'Thu, 01 Jan 2026 00:00:00 GMT', 'Fri, 02 Jan 2026 00:00:00 GMT'],
    ['Content-Disposition', 'inline', 'attachment'],
    ['Retry-After', '1', '2'],
    ['Age', '1', '2'],
    ['Date', 'Thu, 01 Jan 2026 00:00:00 GMT', 'Fri, 02 Jan 2026 00:00:00 GMT'],
    ['Expires', 'Thu, 01 Jan 2026 00:00:00 GMT', 'Fri, 02 Jan 2026 00:00:00 GMT'],
  ]

  test.each(fields)('%s: equal values count as one', async (name, value) => {
    const api = await startRawApi((socket) => socket.write(response('ok', `${name}: ${value}\r\n`.repeat(2))))
    const answer = await (await start(api)).call()
    expect(answer.status).toBe(200)
    const passed = answer.headers[name.toLowerCase()]
    if (name !== 'Expires' && name !== 'Age') expect(passed).toBe(value)
  })

  test.each(fields)('%s: different values are UPSTREAM_PROTOCOL_ERROR', async (name, one, other) => {
    const api = await startRawApi((socket) =>
      socket.write(response('ok', `${name}: ${one}\r\n${name.toUpperCase()}: ${other}\r\n`)),
    )
    const { status, headers } = await (await start(api)).call()
    expect([status, headers['x-connector-error']]).toEqual([502, 'UPSTREAM_PROTOCOL_ERROR'])
  })

  test.each(['Content-Length: 2\r\nContent-Length: 2\r\n', 'Content-Length: 2, 2\r\n'])(
    'Content-Length, equal: %j is read as one',
    async (fields) => {
      for (const cut of [undefined, 25, 60]) {
        const text = `HTTP/1.1 200 OK\r\nX-A: b\r\n${fields}X-C: d\r\n\r\nok`
        const api = await startRawApi((socket) => {
          if (cut === undefined) return socket.write(text)
          socket.setNoDelay(true).write(text.slice(0, cut))
          return setTimeout(() => socket.write(text.slice(cut)), 30)
        })
        const answer = await (await start(api, { definition: cacheOff })).call()
        expect([answer.status, answer.body, answer.headers['x-c']]).toEqual([200, 'ok', 'd'])
      }
    },
  )

  test.each([
    'Content-Length: 2\r\nContent-Length: 3\r\n',
    'Content-Length: 2, 3\r\n',
    'Content-Length: 2,\r\n',
    'Content-Length: 2, 2\r\nContent-Length: 3\r\n',
    'Content-Length: 2\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n',
  ])('Content-Length, different or framed twice: %j is refused', async (fields) => {
    const api = await startRawApi((socket) => socket.write(`HTTP/1.1 200 OK\r\n${fields}\r\nok!`))
    const { headers } = await (await start(api)).call()
    expect(headers['x-connector-error']).toBe('UPSTREAM_PROTOCOL_ERROR')
  })

  test('Location, twice the same, leads to one place, and is read as UTF-8', async () => {
    const utf8 = Buffer.from('/報告', 'utf8').toString('latin1')
    const api = await startRawApi((socket, { head }) =>
      head.startsWith('GET /things')
        ? socket.write(response('', `Location: ${utf8}\r\nLocation: ${utf8}\r\n`, '302 Found'), 'latin1')
        : socket.write(response('there')),
    )
    expect(await (await start(api)).call()).toMatchObject({ status: 200, body: 'there' })
    expect(api.received[1]?.head).toMatch(/^GET \/%E5%A0%B1%E5%91%8A HTTP/)
  })
})

describe('a 303 after an unsafe method', () => {
  const seeOther = response('made', 'Location: /made/1?x=2\r\n', '303 See Other')
  const methodOf = ({ head }: RawRequest) => head.split(' ').slice(0, 2).join(' ')

  test('passes, with its place and without Location', async () => {
    const api = await startRawApi((socket) => socket.write(seeOther))
    const { call } = await start(api, { definition: { method: 'POST' } })
    const answer = await call({ method: 'POST', body: '{}' })
    expect(answer).toMatchObject({ status: 303, body: 'made' })
    expect(answer.headers['x-upstream-location']).toBe('/made/1?x=2')
    expect(answer.headers).not.toHaveProperty('location')
    expect(answer.headers).not.toHaveProperty('x-connector-error')
    expect(api.received).toHaveLength(1)
  })

  test('with follow_303 is followed as a GET without the payload', async () => {
    const api = await startRawApi((socket, { head }) =>
      socket.write(head.startsWith('POST') ? seeOther : response('the thing')),
    )
    const { call } = await start(api, { definition: { method: 'POST', follow_303: true } })
    expect(await call({ method: 'POST', body: '{"a":1}' })).toMatchObject({ status: 200, body: 'the thing' })
    expect(api.received.map(methodOf)).toEqual(['POST /things', 'GET /made/1?x=2'])
    expect(api.received[1]?.head.toLowerCase()).not.toMatch(/content-(type|length)/)
  })
})

test('one exchange sends at most 8 requests, whatever an API does', async () => {
  const api = await startRawApi((socket, { head }) => {
    const path = head.split(' ')[1] ?? ''
    if (path.length < 5)
      return socket.write(response('', `Location: ${path}/x\r\n`, '307 Temporary Redirect'))
    return socket.write(response('', 'Retry-After: 0\r\n', '503 Service Unavailable'))
  })
  const { call } = await start(api, {
    definition: { ...cacheOff, url: `http://${api.host}/t`, retry: { attempts: 5 } },
  })
  const answer = await call()
  expect(answer.headers['x-connector-error'] ?? answer.status).toBe('UPSTREAM_REDIRECT')
  expect(api.received).toHaveLength(8)
})

describe('an upload', () => {
  const definition = { method: 'PUT' } as const

  test.each([10, 64 * 1024, 64 * 1024 + 1, 300_000])(
    'of %i bytes keeps its length, and is whole',
    async (size) => {
      const api = await startRawApi((socket) => socket.write(response('ok')))
      const { call } = await start(api, { definition })
      const body = 'x'.repeat(size)
      expect((await call({ method: 'PUT', body, headers: { 'content-type': 'text/plain' } })).status).toBe(
        200,
      )
      expect(api.received[0]?.head.toLowerCase()).toContain(`content-length: ${size}`)
      expect(api.received[0]?.head.toLowerCase()).not.toContain('transfer-encoding')
      expect(String(api.received[0]?.body)).toBe(body)
    },
  )
})
