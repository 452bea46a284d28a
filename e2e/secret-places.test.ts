/** Where in a request a secret may be: `sluice dev` says it when it loads, and the proxy sends nothing else. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RecordingApi, startRecordingApi } from './harness/recording-api.ts'
import { bearer, sessionSecret } from './harness/session-token.ts'
import { type SluiceDev, startSluiceDev } from './harness/sluice-dev.ts'
import { wireCall } from './harness/wire-call.ts'

const value = 'fake-secret-of-places-4c8e0f1a2b3d'
const scoped = { value, allowed_hosts: ['127.0.0.1'] }

let api: RecordingApi
let sluice: SluiceDev

beforeAll(async () => {
  api = await startRecordingApi()
  const query = (permalink: string, secret: string) => ({
    name: permalink,
    permalink,
    url: `${api.origin}/`,
    query_parameters: [{ key: 'key', value: `{{ get_secret('${secret}') }}` }],
  })
  sluice = await startSluiceDev({
    registry: {
      connectors: [query('plain', 'plain'), query('scoped', 'scoped'), query('allowed', 'allowed')],
    },
    config: {
      tenant_id: 'demo',
      session_secret: sessionSecret,
      secrets: { plain: value, scoped, allowed: { ...scoped, places: ['query'] } },
      allow_upstreams: [`127.0.0.1:${api.port}`],
    },
  })
})

afterAll(async () => {
  await sluice.stop()
  await api.close()
})

const call = async (permalink: string) =>
  wireCall(sluice.url, { target: `/connectors/${permalink}/execute`, headers: [await bearer()] })

test.each(['plain', 'scoped'])(
  'the secret %s may not be in the query: 422, and nothing is sent',
  async (name) => {
    const before = api.received.length
    const { status, json } = await call(name)
    expect(status).toBe(422)
    expect(json()).toMatchObject({
      code: 'SECRET_NOT_ALLOWED_FOR_PLACE',
      stage: 'inject-secrets',
      params: [name],
      detail: expect.stringContaining(`${name} (query)`),
    })
    expect(api.received).toHaveLength(before)
    expect(sluice.printed()).toContain(
      `${name} uses the secret ${name} in the place \`query\`, which its \`places\` do not name`,
    )
  },
)

test('one whose places name the query is sent there', async () => {
  expect((await call('allowed')).status).toBe(200)
  expect(api.received.at(-1)?.target).toBe(`/?key=${value}`)
  expect(sluice.printed()).not.toContain('the secret allowed')
})
