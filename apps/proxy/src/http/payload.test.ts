import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { Payload } from '@sluice/pipeline'
import { afterEach, expect, test } from 'vitest'
import { receivePayload } from './payload.ts'

const limitBytes = 100_000
const servers: (() => void)[] = []
afterEach(() => {
  for (const close of servers.splice(0)) close()
})

/** Sends raw bytes and gives what the server made of them. */
async function receive(raw: string, onReceived: (payload: Payload) => void) {
  const server = createServer((incoming, outgoing) => {
    const payload = receivePayload(incoming, limitBytes)
    if (payload === null) throw new Error('No payload')
    onReceived(payload)
    payload.stream.once('close', () => outgoing.end('answered'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk
  })
  socket.on('error', () => undefined)
  servers.push(() => {
    socket.destroy()
    server.closeAllConnections()
    server.close()
  })
  socket.write(raw)
  return { socket, answer: () => answer }
}

const chunkedHead = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`

test('a payload without a length that grows over the limit fails its stream with 413, and can be answered', async () => {
  let failure: unknown
  const { socket, answer } = await receive(chunkedHead, ({ stream }) => {
    stream.on('error', (error) => {
      failure = error
    })
    stream.resume()
  })
  for (let index = 0; index < 11; index++) socket.write(chunk('x'.repeat(10_000)))
  await expect.poll(() => failure).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' })
  await expect.poll(answer).toContain('answered')
})

test('a payload of exactly the limit arrives whole', async () => {
  let bytes = 0
  let ended = false
  const { socket } = await receive(chunkedHead, ({ stream }) => {
    stream.on('data', (data: Buffer) => {
      bytes += data.byteLength
    })
    stream.on('end', () => {
      ended = true
    })
  })
  for (let index = 0; index < 10; index++) socket.write(chunk('x'.repeat(10_000)))
  socket.write('0\r\n\r\n')
  await expect.poll(() => ended).toBe(true)
  expect(bytes).toBe(limitBytes)
})

test.each([
  ['is cut short', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc', true],
  ['is badly chunked', `${chunkedHead}${chunk('abc')}zz\r\n`, false],
])('a payload that %s never ends as if it were whole', async (_what, raw, hangUp) => {
  const events: unknown[] = []
  const { socket } = await receive(raw, ({ stream }) => {
    stream.on('end', () => events.push('end'))
    stream.on('error', (error) => events.push(error))
    stream.resume()
    if (hangUp) setTimeout(() => socket.destroy(), 20)
  })
  await expect.poll(() => events).toMatchObject([{ code: 'INVALID_REQUEST' }])
})

test('whoever destroys the stream leaves the connection open for an answer', async () => {
  const { answer } = await receive(
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc',
    ({ stream }) => {
      stream.destroy(new Error('the API refused the connection'))
    },
  )
  await expect.poll(answer).toContain('answered')
})
