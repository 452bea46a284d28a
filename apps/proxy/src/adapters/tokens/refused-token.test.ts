/** An API that refuses a token, and payloads that can or cannot be sent again: on real sockets. */
import { connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { startSampleApi } from '../../testing/sample-api.ts'
import { bearer, compiled, startTestProxy } from '../../testing/test-proxy.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A token endpoint that numbers its tokens, an API that refuses those that were revoked, and a proxy. */
async function startWorld() {
  let issued = 0
  let revoked = 0
  const id = await startSampleApi((_, response) => {
    issued += 1
    const token = { access_token: `token-${issued}`, token_type: 'Bearer', expires_in: 3600 }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(token))
  })
  const api = await startSampleApi((request, response) => {
    const number = Number(request.headers.authorization?.replace('Bearer token-', ''))
    response.writeHead(number > revoked ? 200 : 401).end()
  })
  const authentication = {
    type: 'oauth_client_credentials' as const,
    config: {
      client_id: 'client',
      client_secret: "{{ get_secret('client_secret') }}",
      client_authentication: 'client_secret_post' as const,
      token_url: `http://${id.host}/token`,
    },
  }
  const definition = {
    permalink: 'upload',
    method: 'POST' as const,
    url: `http://${api.host}/`,
    authentication,
  }
  const proxy = await startTestProxy({ apis: [id.host, api.host], connectors: [compiled(definition)] })
  cleanups.push(id.close, api.close, () => proxy.close())
  const client_secret = { value: 'client-secret-of-the-test', allowedHosts: ['127.0.0.1'] }
  proxy.services.secrets.replace('acme', { client_secret })
  return {
    api,
    proxy,
    issued: () => issued,
    revoke: () => {
      revoked = issued
    },
    async upload(body: string, framing: Readonly<Record<string, string>> = {}) {
      const headers = { ...(await bearer()), 'content-type': 'application/octet-stream', ...framing }
      return proxy.call('/connectors/upload/execute', { method: 'POST', headers, body })
    },
  }
}

const chunked = { 'transfer-encoding': 'chunked' }

test('a payload of 64 KiB with a known length is sent again, whole, with the renewed token', async () => {
  const { api, upload, issued, revoke } = await startWorld()
  const text = 'x'.repeat(64 * 1024)
  const known = { 'content-length': String(text.length) }
  expect(await upload(text, known)).toMatchObject({ status: 200 })
  revoke()
  expect(await upload(text, known)).toMatchObject({ status: 200 })
  expect(issued()).toBe(2)
  expect(api.received.map(({ headers }) => headers.authorization)).toEqual([
    'Bearer token-1',
    'Bearer token-1',
    'Bearer token-2',
  ])
  for (const { body } of api.received) expect((await body).toString()).toBe(text)
})

test.each([
  ['without a length', '{}', chunked],
  ['of more than 64 KiB', 'x'.repeat(64 * 1024 + 1), { 'content-length': String(64 * 1024 + 1) }],
])('a payload %s gets the 401, and the next call a renewed token', async (_, text, framing) => {
  const { api, upload, issued, revoke } = await startWorld()
  expect(await upload(text, framing)).toMatchObject({ status: 200 })
  revoke()
  expect(await upload(text, framing)).toMatchObject({ status: 401 })
  expect([issued(), api.received.length]).toEqual([1, 2])
  expect(await upload(text, framing)).toMatchObject({ status: 200 })
  expect([issued(), api.received.length]).toEqual([2, 3])
})

test('a payload that ends before its announced length reaches nobody', async () => {
  const { api, proxy, issued } = await startWorld()
  const { hostname, port } = new URL(proxy.url)
  const socket = connect(Number(port), hostname)
  const { authorization } = await bearer()
  const head = [
    'POST /connectors/upload/execute HTTP/1.1',
    `Host: ${hostname}`,
    `Authorization: ${authorization}`,
  ]
  socket.write(`${[...head, 'Content-Length: 100'].join('\r\n')}\r\n\r\nshort`, () => socket.destroy())
  await expect.poll(() => proxy.log.length).toBe(1)
  expect([issued(), api.received.length]).toEqual([0, 0])
})
