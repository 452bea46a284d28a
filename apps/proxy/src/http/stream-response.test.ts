import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { PassThrough, Readable } from 'node:stream'
import { afterEach, expect, test } from 'vitest'
import { defaultDeliveryLimits } from './delivery-limits.ts'
import { streamResponse } from './stream-response.ts'

let closeServer: () => void = () => undefined
afterEach(() => closeServer())

async function serve(answer: (outgoing: ServerResponse) => void): Promise<number> {
  const server = createServer((_incoming, outgoing) => answer(outgoing))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closeServer = () => {
    server.closeAllConnections()
    server.close()
  }
  return (server.address() as AddressInfo).port
}

const respond = (
  outgoing: ServerResponse,
  body: Readable,
  onEnd: (whole: boolean) => void = () => undefined,
) =>
  streamResponse(outgoing, {
    status: 200,
    headers: { 'content-type': 'text/plain' },
    body,
    limits: defaultDeliveryLimits,
    onEnd,
  })

/** Everything that comes over a connection until it ends, and whether it ended by a reset. */
function readRaw(port: number): Promise<{ text: string; hadError: boolean }> {
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(port, '127.0.0.1', () =>
      socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'),
    )
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('error', () => undefined)
    socket.on('close', (hadError) => resolve({ text, hadError }))
  })
}

test('a body that is whole arrives byte for byte and ends as whole', async () => {
  const ends: boolean[] = []
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 256))
  const port = await serve((outgoing) =>
    respond(outgoing, Readable.from([bytes]), (whole) => ends.push(whole)),
  )
  const response = await fetch(`http://127.0.0.1:${port}/`)
  expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true)
  expect(ends).toEqual([true])
})

test('headers go out before the body has begun', async () => {
  const body = new PassThrough()
  const port = await serve((outgoing) => respond(outgoing, body))
  const response = await fetch(`http://127.0.0.1:${port}/`)
  expect(response.status).toBe(200)
  body.end('late')
  expect(await response.text()).toBe('late')
})

test('a body that fails midway cuts the connection: a part never looks like the whole', async () => {
  const ends: boolean[] = []
  const body = new PassThrough()
  const port = await serve((outgoing) => {
    respond(outgoing, body, (whole) => ends.push(whole))
    body.write('first part')
    setTimeout(() => body.destroy(new Error('the API went away')), 20)
  })
  const { text } = await readRaw(port)
  expect(text).toContain('first part')
  // The chunk of length 0 that ends a chunked body (RFC 9112 §7.1) is not there.
  expect(text).not.toContain('\r\n0\r\n')
  await expect.poll(() => ends).toEqual([false])
})

test('a body that has failed before it could be piped cuts the connection as well', async () => {
  const ends: boolean[] = []
  const port = await serve((outgoing) => {
    const body = new PassThrough()
    body.on('error', () => undefined)
    body.once('close', () => respond(outgoing, body, (whole) => ends.push(whole)))
    body.destroy(new Error('the API went away'))
  })
  const { text } = await readRaw(port)
  expect(text).not.toContain('\r\n0\r\n')
  await expect.poll(() => ends).toEqual([false])
})

test('200 callers that go away midway leave no body open', async () => {
  const bodies: Readable[] = []
  const ends: boolean[] = []
  const port = await serve((outgoing) => {
    const endless = new Readable({
      read() {
        setImmediate(() => this.push(Buffer.alloc(16_384)))
      },
    })
    bodies.push(endless)
    respond(outgoing, endless, (whole) => ends.push(whole))
  })
  const callers = Array.from({ length: 200 }, async () => {
    const controller = new AbortController()
    const response = await fetch(`http://127.0.0.1:${port}/`, { signal: controller.signal })
    const reader = response.body?.getReader()
    await reader?.read()
    controller.abort()
  })
  await Promise.all(callers)
  await expect.poll(() => ends.length).toBe(200)
  expect(ends).not.toContain(true)
  expect(bodies.every((body) => body.destroyed)).toBe(true)
})

test('a caller that is gone already gets nothing, and the body is let go', async () => {
  let whole: boolean | undefined
  const body = new PassThrough()
  const port = await serve((outgoing) => {
    outgoing.once('close', () =>
      respond(outgoing, body, (end) => {
        whole = end
      }),
    )
    outgoing.socket?.destroy()
  })
  await readRaw(port)
  await expect.poll(() => whole).toBe(false)
  expect(body.destroyed).toBe(true)
})
