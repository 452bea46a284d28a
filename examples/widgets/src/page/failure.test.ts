/** As the author of a widget tests it: the SDK is real, the connectors are mocked, no proxy runs. */
import { connectorHandlers, connectorProblem } from '@sluice/connector-testing'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { manifest } from '../connectors.gen.ts'
import { createClients } from './client.ts'
import { describeFailure } from './failure.ts'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }))
afterEach(() => {
  server.resetHandlers()
  vi.unstubAllGlobals()
})
afterAll(() => server.close())

function clients() {
  const { fetch } = globalThis
  // The page asks its own server for a session.
  vi.stubGlobal('fetch', async (input: RequestInfo, init?: RequestInit) =>
    input === '/session?user=7' ? Response.json({ token: 'token', expires_in: 300 }) : fetch(input, init),
  )
  return createClients({ proxy_url: 'https://connect.example.com', users: [] }, '7')
}

test('a search reaches the connector with what the user typed', async () => {
  server.use(
    ...connectorHandlers(manifest, {
      'acme-product-search': ({ query }) => ({ total: query.limit, products: [{ name: query.q }] }),
    }),
  )
  const answer = await clients().client.callConnector('acme-product-search', {
    query: { q: 'anvil', limit: 8 },
  })
  expect(answer).toEqual({ total: 8, products: [{ name: 'anvil' }] })
})

test('what the proxy refuses is told by code and key', async () => {
  server.use(...connectorHandlers(manifest, {}))
  const call = clients().unchecked.callConnector('acme-product-search', { headers: { 'X-API-Key': 'mine' } })
  const failure = describeFailure(await call.catch((error: unknown) => error))
  expect(failure).toMatchObject({ state: 'refused', source: 'proxy', code: 'OVERRIDE_NOT_PERMITTED' })
  expect(failure.text).toContain('X-API-Key')
})

test("the proxy's failure is told apart from the API's", async () => {
  const mocks = {
    'acme-my-orders': () => connectorProblem('UPSTREAM_TIMEOUT'),
    'acme-broken': () => Response.json({ error: { message: 'Out of order' } }, { status: 500 }),
  }
  server.use(...connectorHandlers(manifest, mocks))
  const { client } = clients()
  const late = await client.callConnector('acme-my-orders').catch((error: unknown) => error)
  expect(describeFailure(late)).toMatchObject({ state: 'failed', source: 'proxy', code: 'UPSTREAM_TIMEOUT' })
  const broken = await client.callConnector('acme-broken').catch((error: unknown) => error)
  expect(describeFailure(broken)).toMatchObject({ source: 'api', code: 'HTTP 500', text: 'Out of order' })
})
