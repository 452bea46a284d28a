import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { askOnce, keepRate, saturate, type Target } from './load.ts'

const body = Buffer.from('{"right":true}')

const right: RequestListener = (_incoming, outgoing) => void outgoing.end(body)

async function serve(listener: RequestListener): Promise<Target> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { origin: `http://127.0.0.1:${port}`, path: '/', headers: {}, body }
}

/** Right for a while, so that it is not the first answer that is looked at. */
function rightThen(wrong: RequestListener): RequestListener {
  let count = 0
  return (incoming, outgoing) => {
    count += 1
    const answer = count > 20 ? wrong : right
    answer(incoming, outgoing)
  }
}

describe('one wrong answer amid right ones ends the load', () => {
  const wrongs: Record<string, RequestListener> = {
    'another status': (_incoming, outgoing) => void outgoing.writeHead(503).end(body),
    'another byte of the same length': (_incoming, outgoing) => void outgoing.end('{"right":ture}'),
    'a shorter body': (_incoming, outgoing) => void outgoing.end(body.subarray(1)),
    'a longer body': (_incoming, outgoing) => void outgoing.end(`${body} `),
    'no answer': (incoming) => void incoming.socket.destroy(),
  }
  for (const [name, wrong] of Object.entries(wrongs)) {
    test(`${name}, as fast as it can`, async () => {
      const target = await serve(rightThen(wrong))
      await expect(saturate(target, { connections: 4, ms: 10_000 })).rejects.toThrow(target.origin)
    })

    test(`${name}, at a rate`, async () => {
      const target = await serve(rightThen(wrong))
      await expect(keepRate(target, { rps: 200, ms: 10_000, connections: 4 })).rejects.toThrow(target.origin)
    })
  }
})

test('a rate counts the wait for a server that stands still, for every request that was due meanwhile', async () => {
  let count = 0
  const target = await serve((incoming, outgoing) => {
    count += 1
    if (count === 10) setTimeout(() => right(incoming, outgoing), 300)
    else right(incoming, outgoing)
  })
  // Over one connection all that follow wait too: a closed load would have seen one slow answer in fifty.
  const { requests, p50Ms } = await keepRate(target, { rps: 200, ms: 250, connections: 1 })
  expect(requests).toBe(50)
  expect(p50Ms).toBeGreaterThan(30)
})

test('a rate that a server does not keep up with is an error, not a queue without end', async () => {
  const target = await serve(() => undefined)
  await expect(keepRate(target, { rps: 10_000, ms: 10_000, connections: 4 })).rejects.toThrow('keep up')
})

test('a right answer is accepted', async () => {
  await askOnce(await serve(right))
})
