/** Two `sluice dev` with one Redis, as somebody who scales out would run them. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startOwnRedis } from './harness/own-redis.ts'
import { type RecordingApi, startRecordingApi } from './harness/recording-api.ts'
import { bearer, sessionSecret } from './harness/session-token.ts'
import { type SluiceDev, startSluiceDev } from './harness/sluice-dev.ts'
import { wireCall } from './harness/wire-call.ts'

let redis: Awaited<ReturnType<typeof startOwnRedis>>
let api: RecordingApi
let proxies: readonly SluiceDev[] = []

beforeAll(async () => {
  redis = await startOwnRedis()
  api = await startRecordingApi({
    orders: (_request, response) => response.setHeader('cache-control', 'max-age=600').end('[]'),
  })
  const url = "{{ get_variable('api') }}/orders"
  const authentication = {
    type: 'api_key',
    config: { key: 'X-Key', value: "{{ get_secret('orders_key') }}" },
  }
  const connectors = [
    { name: 'Orders', url, authentication, headers: [{ key: 'X-User', value: '{{ user.email }}' }] },
    {
      name: 'Add order',
      url: "{{ get_variable('api') }}/add",
      method: 'POST',
      cache: { invalidates: ['orders'] },
    },
  ]
  const config = {
    tenant_id: 'demo',
    session_secret: sessionSecret,
    users: [{ id: '7', email: 'ada@example.com' }],
    secrets: { orders_key: randomBytes(24).toString('hex') },
    variables: { api: api.origin },
    allow_upstreams: [`127.0.0.1:${api.port}`],
  }
  const env = {
    SLUICE_REDIS_URL: redis.url,
    SLUICE_ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
  }
  const setting = { registry: { connectors }, config, env }
  proxies = await Promise.all([startSluiceDev(setting), startSluiceDev(setting)])
})

afterAll(async () => {
  await Promise.all(proxies.map((proxy) => proxy.stop()))
  await api?.close()
  await redis?.kill()
})

async function call(proxy: SluiceDev | undefined, permalink = 'orders', method = 'GET') {
  const answer = await wireCall(proxy?.url ?? '', {
    method,
    target: `/connectors/${permalink}/execute`,
    headers: [await bearer({ email: 'ada@example.com' })],
  })
  return String(answer.headers['cache-status'])
}

test('what one has stored the other gives, and what one makes invalid is so for both', async () => {
  const [one, two] = proxies
  // Until both are connected.
  await expect
    .poll(
      async () => {
        await call(one, 'add-order', 'POST')
        await call(one)
        return call(two)
      },
      { timeout: 20_000 },
    )
    .toMatch(/^sluice; hit/)
  const before = api.received.length
  await call(one)
  await call(two)
  expect(api.received).toHaveLength(before)

  await call(two, 'add-order', 'POST')
  await expect.poll(() => call(one)).toMatch(/^sluice; fwd=uri-miss/)
})
