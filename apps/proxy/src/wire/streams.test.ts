/** Streams, slow callers and their limits, made small (spec: "Limits"). */
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { response, startRawApi } from '../testing/raw-api.ts'
import { openRaw, rawRequest, splitResponse } from '../testing/raw-call.ts'
import { startSampleApi } from '../testing/sample-api.ts'
import { type WireOptions, wires } from '../testing/wire-proxy.ts'

const { start, closeAll } = wires()
afterEach(closeAll)

const headOf = (type: string, fields = '') =>
  `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\n${fields}Connection: close\r\n\r\n`
const events = 'text/event-stream; charset=utf-8'

/** An API that writes a head, and then what the test writes. */
async function startStreaming(head: string, options: WireOptions = {}) {
  const writing: Socket[] = []
  const api = await startRawApi((socket) => {
    socket.write(head)
    writing.push(socket)
  })
  return { ...(await start(api, options)), writing }
}

const open = ({ proxy, target, authorization }: Awaited<ReturnType<typeof startStreaming>>) =>
  openRaw(proxy.url, rawRequest(target, { Authorization: authorization }))

/** Writes pieces with pauses between, and ends. */
async function drip(socket: Socket | undefined, pieces: readonly string[], pauseMs: number): Promise<void> {
  for (const piece of pieces) {
    await sleep(pauseMs)
    socket?.write(piece)
  }
  socket?.end()
}

describe('a stream of events', () => {
  test('leaves event by event, its head at once, and tells nginx to hold nothing back', async () => {
    const wire = await startStreaming(headOf(events))
    const connection = open(wire)
    await expect.poll(() => connection.text(), { timeout: 5000 }).toContain('\r\n\r\n')
    for (const event of ['data: one\n\n', ': comment\n\n', 'data: two\n\n']) {
      wire.writing[0]?.write(event)
      await expect.poll(() => connection.text(), { timeout: 5000 }).toContain(event)
    }
    wire.writing[0]?.end()
    const { head } = splitResponse(await connection.ended)
    expect(head.toLowerCase()).toContain('x-accel-buffering: no')
    expect(head.toLowerCase()).toContain('cache-control: no-store')
  })

  test('has an idle limit of its own, which a comment keeps from passing', async () => {
    const limits = { idleTimeoutMs: 100, eventStreamIdleTimeoutMs: 1200 }
    const wire = await startStreaming(headOf(events), { egress: limits })
    const connection = open(wire)
    await expect.poll(() => wire.writing.length).toBe(1)
    await drip(wire.writing[0], ['data: 1\n\n', ...Array(4).fill(': waiting\n\n'), 'data: 2\n\n'], 400)
    expect(await connection.ended).toMatchObject({
      wasReset: false,
      text: expect.stringContaining('data: 2'),
    })
  })

  test('that falls silent for longer is cut, and that is the API’s time-out', async () => {
    const wire = await startStreaming(headOf(events), { egress: { eventStreamIdleTimeoutMs: 200 } })
    expect((await open(wire).ended).wasReset).toBe(true)
    await expect
      .poll(() => wire.proxy.log)
      .toMatchObject([{ status: 200, aborted: true, code: 'UPSTREAM_TIMEOUT' }])
  })

  test.each([
    ['an ETag', 'ETag: "1"\r\n', {}],
    ['a lifetime', 'Cache-Control: public, max-age=600\r\n', {}],
    ['ttl_seconds', '', { ttl_seconds: 600 }],
  ])('is neither stored nor shared, also with %s', async (_with, fields, cache) => {
    const wire = await startStreaming(headOf(events, fields), {
      definition: { cache: { enabled: true, invalidates: [], ...cache } },
    })
    const first = open(wire)
    await expect.poll(() => wire.writing.length).toBe(1)
    // While the first goes on, a second caller gets a stream of its own.
    const second = open(wire)
    await expect.poll(() => wire.writing.length, { timeout: 5000 }).toBe(2)
    for (const [index, socket] of wire.writing.entries()) socket.end(`data: ${index}\n\n`)
    expect(splitResponse(await first.ended).body).toContain('data: 0')
    expect(splitResponse(await second.ended).body).toContain('data: 1')
    const third = open(wire)
    await expect.poll(() => wire.writing.length, { timeout: 5000 }).toBe(3)
    wire.writing[2]?.end()
    expect((await third.ended).text.toLowerCase()).not.toContain('cache-status: sluice; hit')
  })

  test('that a response template should transform is a problem at once: it has no end', async () => {
    const wire = await startStreaming(headOf(events), {
      definition: { response_body: '{{ response.body | json }}' },
    })
    const answer = await wire.call()
    expect([answer.status, answer.headers['x-connector-error']]).toEqual([502, 'RESPONSE_TEMPLATE_FAILED'])
    expect(answer.body).toContain('stream of events')
  })
})

describe('the time of a stream', () => {
  const pieces = Array.from({ length: 12 }, (_, n) => `piece ${n};`)

  test('is not that of the exchange: a long download arrives', async () => {
    const wire = await startStreaming(headOf('application/octet-stream'), {
      services: { limits: { exchangeMs: 400 } },
    })
    const connection = open(wire)
    await expect.poll(() => wire.writing.length).toBe(1)
    await drip(wire.writing[0], pieces, 100)
    const answer = await connection.ended
    expect(answer.wasReset).toBe(false)
    for (const piece of pieces) expect(answer.text).toContain(piece)
    await expect.poll(() => wire.proxy.log[0]).toMatchObject({ status: 200 })
    expect(wire.proxy.log[0]).not.toHaveProperty('aborted', true)
  })

  test('the exchange’s holds for what is read whole, and until the first byte', async () => {
    const services = { limits: { exchangeMs: 300 } }
    const definition = { response_body: '{{ response.body | json }}' }
    const wire = await startStreaming(headOf('text/plain'), { services, definition })
    const answering = wire.call()
    await expect.poll(() => wire.writing.length).toBe(1)
    void drip(wire.writing[0], pieces, 100)
    const answer = await answering
    expect([answer.status, answer.headers['x-connector-error']]).toEqual([504, 'UPSTREAM_TIMEOUT'])
  })

  test('is bounded in all', async () => {
    const wire = await startStreaming(headOf('text/plain'), { services: { delivery: { streamMs: 500 } } })
    const connection = open(wire)
    await expect.poll(() => wire.writing.length).toBe(1)
    void drip(wire.writing[0], Array(100).fill('x'), 50)
    expect((await connection.ended).wasReset).toBe(true)
    await expect.poll(() => wire.proxy.log).toMatchObject([{ aborted: true, code: 'UPSTREAM_TIMEOUT' }])
  })

  test('an API that falls silent amid a body is cut as before', async () => {
    const wire = await startStreaming(headOf('text/plain'), { egress: { idleTimeoutMs: 150 } })
    const connection = open(wire)
    await expect.poll(() => wire.writing.length).toBe(1)
    wire.writing[0]?.write('begun')
    expect((await connection.ended).wasReset).toBe(true)
    await expect.poll(() => wire.proxy.log).toMatchObject([{ aborted: true, code: 'UPSTREAM_TIMEOUT' }])
  })
})

describe('a caller that reads slowly', () => {
  const chunk = Buffer.alloc(256 * 1024, 'x')
  const callersFault = { aborted: true, fault: 'caller', cause: { code: 'CALLER_TOO_SLOW' } }

  const pour = (socket: Socket) => {
    while (socket.writable && socket.write(chunk));
    socket.once('drain', () => pour(socket))
  }

  test.each([
    ['reads nothing', { stalledCallerMs: 300 }],
    ['reads less than it must', { slowCallerMs: 300, slowCallerBytesPerSecond: 100 * 1024 * 1024 }],
  ])('and %s is cut for that, and logged as that', async (_how, delivery) => {
    let ended = 0
    const api = await startRawApi((socket) => {
      socket.once('close', () => ended++)
      socket.write(headOf('application/octet-stream'))
      pour(socket)
    })
    const wire = await start(api, {
      services: { delivery },
      egress: { idleTimeoutMs: 200, maxBodyBytes: 2 ** 40 },
    })
    const { socket } = openRaw(wire.proxy.url, rawRequest(wire.target, { Authorization: wire.authorization }))
    socket.pause()
    await expect.poll(() => wire.proxy.log, { timeout: 10_000 }).toMatchObject([callersFault])
    expect(wire.proxy.log[0]).not.toMatchObject({ code: 'UPSTREAM_TIMEOUT' })
    await expect.poll(() => ended).toBe(1)
    socket.destroy()
  })

  test('but fast enough gets all of it, while the API waits', async () => {
    const size = 8 * 1024 * 1024
    const api = await startRawApi((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`)
      socket.write(Buffer.alloc(size, 'x'))
    })
    const wire = await start(api, {
      services: { delivery: { slowCallerMs: 250, stalledCallerMs: 250 } },
      egress: { idleTimeoutMs: 150 },
    })
    const connection = openRaw(wire.proxy.url, rawRequest(wire.target, { Authorization: wire.authorization }))
    const slowly = setInterval(() => {
      connection.socket.resume()
      setTimeout(() => connection.socket.pause(), 2)
    }, 40)
    const { text, wasReset } = await connection.ended
    clearInterval(slowly)
    expect([wasReset, splitResponse({ text, wasReset, bytes: Buffer.alloc(0) }).body.length]).toEqual([
      false,
      size,
    ])
  })

  test('a stored response that is not read is cut as well', async () => {
    const body = 'x'.repeat(24 * 1024 * 1024)
    const api = await startRawApi((socket) => socket.write(response(body, 'Cache-Control: max-age=600\r\n')))
    const bytes = 64 * 1024 * 1024
    const wire = await start(api, {
      services: { delivery: { stalledCallerMs: 400 }, cache: { maxAnswerBytes: bytes, maxBytes: 2 * bytes } },
    })
    expect((await wire.call()).body).toHaveLength(body.length)
    const { socket, ended } = openRaw(
      wire.proxy.url,
      rawRequest(wire.target, { Authorization: wire.authorization }),
    )
    socket.pause()
    await expect.poll(() => wire.proxy.log.at(-1), { timeout: 10_000 }).toMatchObject(callersFault)
    expect(wire.proxy.log.at(-1)).toMatchObject({ cache: expect.stringContaining('hit') })
    socket.resume()
    expect((await ended).wasReset).toBe(true)
    expect(api.received).toHaveLength(1)
  })

  test('nobody else is: who waits for the API, and a connection that is kept', async () => {
    const api = await startRawApi((socket) => void sleep(500).then(() => socket.write(response('ok'))))
    const wire = await start(api, { services: { delivery: { stalledCallerMs: 100 } } })
    const request = rawRequest(wire.target, { Authorization: wire.authorization, Connection: 'keep-alive' })
    const connection = openRaw(wire.proxy.url, request)
    const responses = () => connection.text().match(/HTTP\/1\.1 200/g)?.length ?? 0
    await expect.poll(responses, { timeout: 5000 }).toBe(1)
    await sleep(400)
    connection.socket.write(request)
    await expect.poll(responses, { timeout: 5000 }).toBe(2)
    connection.socket.destroy()
  })
})

describe('an upload that turns out malformed', () => {
  test.each([
    ['a bad chunk', '5\r\nhello\r\nZZ\r\n'],
    ['a chunk that is longer than it says', '3\r\nhello\r\n0\r\n\r\n'],
    ['no end', '5\r\nhello\r\n'],
  ])('%s has not reached the API whole', async (_what, body) => {
    let whole = 0
    const api = await startSampleApi((incoming, outgoing) => {
      incoming
        .on('error', () => undefined)
        .on('end', () => {
          whole += 1
          outgoing.end('ok')
        })
      incoming.resume()
    })
    const wire = await start(api, { definition: { method: 'POST' } })
    const head = rawRequest(wire.target, {
      Authorization: wire.authorization,
      'Transfer-Encoding': 'chunked',
    }).replace('GET', 'POST')
    const connection = openRaw(wire.proxy.url, head + body)
    if (!body.includes('\r\n0\r\n') && !body.includes('ZZ'))
      setTimeout(() => connection.socket.destroy(), 200)
    const { text } = await connection.ended
    expect(text).not.toMatch(/^HTTP\/1\.1 200/)
    await expect.poll(() => api.openRequests()).toBe(0)
    expect(whole).toBe(0)
  })

  test('and one that is whole has', async () => {
    const api = await startSampleApi(async (incoming, outgoing) => {
      let size = 0
      for await (const piece of incoming) size += (piece as Buffer).length
      outgoing.end(String(size))
    })
    const wire = await start(api, { definition: { method: 'POST' } })
    const head = rawRequest(wire.target, {
      Authorization: wire.authorization,
      'Transfer-Encoding': 'chunked',
    }).replace('GET', 'POST')
    const { ended } = openRaw(wire.proxy.url, `${head}5\r\nhello\r\n0\r\n\r\n`)
    expect(splitResponse(await ended).body).toContain('5')
  })
})
