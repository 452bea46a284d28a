import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { startDemo } from './start.ts'

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
})

async function takenPort(host: string): Promise<number> {
  const server = createServer().listen(0, host)
  servers.push(server)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** Ports that were free a moment ago. */
async function freePorts() {
  const [api, proxy, page, id] = [
    await takenPort('127.0.0.1'),
    await takenPort('127.0.0.1'),
    await takenPort('localhost'),
    await takenPort('127.0.0.1'),
  ]
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
  return { api, proxy, page, id }
}

test.each([
  ['api', '127.0.0.1', 'the sample API'],
  ['id', '127.0.0.1', "the sample API's authorization server"],
  ['proxy', '127.0.0.1', 'the proxy'],
  ['page', 'localhost', 'the page'],
] as const)('a taken %s port is told by number and purpose, and nothing starts', async (key, host, who) => {
  const free = await freePorts()
  const ports = { ...free, [key]: await takenPort(host) }
  const lines: string[] = []
  await expect(startDemo({ ports, print: (line) => lines.push(line) })).rejects.toThrow(
    `Port ${ports[key]}, which ${who} needs, is taken.`,
  )
  expect(lines).toEqual([])
})

test('the demo starts on the ports it is given, answers a call through the proxy, and ends wholly', async () => {
  const ports = await freePorts()
  const lines: string[] = []
  const demo = await startDemo({ ports, print: (line) => lines.push(line) })
  try {
    for (const url of [demo.apiUrl, demo.proxyUrl, demo.pageUrl]) expect(lines.join('\n')).toContain(url)
    const session = await fetch(`${demo.pageUrl}/session?user=7`)
    const { token } = (await session.json()) as { token: string }
    const answer = await fetch(`${demo.proxyUrl}/connectors/acme-product-search/execute?q=anvil`, {
      headers: { Authorization: `Bearer ${token}`, Origin: demo.pageUrl },
    })
    expect(answer.headers.get('access-control-allow-origin')).toBe(demo.pageUrl)
    expect(await answer.json()).toMatchObject({ total: 1, products: [{ name: 'Anvil, 25 kg' }] })
    for (const permalink of ['acme-partner-deals', 'acme-my-deals', 'acme-sales-report']) {
      const withToken = await fetch(`${demo.proxyUrl}/connectors/${permalink}/execute`, {
        headers: { Authorization: `Bearer ${token}`, Origin: demo.pageUrl },
      })
      expect(await withToken.json()).toMatchObject({
        person: permalink === 'acme-partner-deals' ? null : '7',
      })
    }
  } finally {
    await demo.stop()
  }
  await demo.ended
  for (const url of [demo.apiUrl, demo.proxyUrl, demo.pageUrl]) await expect(fetch(url)).rejects.toThrow()
})
