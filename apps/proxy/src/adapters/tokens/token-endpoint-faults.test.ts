/** What a token endpoint can do to the guarded client, on real sockets. */
import { createSecretKey, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createTokenSource, noTokenStore } from '@sluice/pipeline'
import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../clock/system-clock.ts'
import { allowUpstreams } from '../egress/exceptions.ts'
import { createUpstream } from '../egress/upstream.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

const { signal } = new AbortController()
const exchangeTimeoutMs = 300
/** Far beyond the time of an exchange. */
const hangMs = 5000

/** A token source behind the egress guard, which lets one port of loopback through. */
async function sourceFor(answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const upstream = createUpstream({ exceptions: allowUpstreams([`127.0.0.1:${port}`]) })
  cleanups.push(() => upstream.close())
  cleanups.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const tokens = createTokenSource({
    upstream,
    store: noTokenStore,
    clock: systemClock,
    keySecret: createSecretKey(randomBytes(32)),
    exchangeTimeoutMs,
  })
  return (url = `http://127.0.0.1:${port}/token`) =>
    tokens.get(
      {
        tenantId: 'acme',
        identity: url,
        url: new URL(url),
        clientId: 'c',
        proof: { method: 'client_secret_post', secret: 'client-secret-of-the-test' },
        grantType: 'client_credentials',
        parameters: {},
        sign: undefined,
        lifeMs: () => 1000,
      },
      signal,
    )
}

test.each<[string, RequestListener]>([
  ['never answers', () => {}],
  ['sends a head and no body', (_, response) => void response.writeHead(200).flushHeaders()],
  [
    'drips',
    (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const drip = setInterval(() => response.write(' '), 20)
      response.once('close', () => clearInterval(drip))
    },
  ],
  ['resets the connection', (_, response) => void response.destroy()],
  ['cuts its answer', (_, response) => void response.writeHead(200, { 'content-length': '100' }).end('{"a')],
  ['redirects', (_, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
  [
    'says that bad gzip is gzip',
    (_, response) => void response.setHeader('content-encoding', 'gzip').end('x'),
  ],
])('an endpoint that %s is TOKEN_EXCHANGE_FAILED, in time', async (_, answer) => {
  const get = await sourceFor(answer)
  const before = performance.now()
  await expect(get()).rejects.toMatchObject({ code: 'TOKEN_EXCHANGE_FAILED' })
  expect(performance.now() - before).toBeLessThan(hangMs)
})

test.each([
  'http://127.0.0.1:1/token',
  'https://10.0.0.1/token',
  'https://169.254.169.254/',
  'https://localhost/',
])('an endpoint at %s is refused by the guard, and nothing arrives there', async (url) => {
  let arrived = 0
  const get = await sourceFor(() => arrived++)
  await expect(get(url)).rejects.toMatchObject({ code: 'DESTINATION_NOT_ALLOWED', stage: 'authenticate' })
  expect(arrived).toBe(0)
})
