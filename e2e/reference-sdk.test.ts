/** Each piece of code of docs/reference-sdk.md, run as it stands there against a real server. */
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createConnectorClient, isConnectorError, type Manifest } from '@sluice/connector-sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'

const page = readFileSync(new URL('../docs/reference-sdk.md', import.meta.url), 'utf8')
const pieces = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code)

const nothing = {
  method: 'GET',
  query: [],
  headers: [],
  path: { required: [], optional: [] },
  constraints: {},
  unlisted_parameters: 'reject',
  payload: false,
  access: 'authenticated',
} as const
const manifest: Manifest = {
  version: 1,
  connectors: {
    search: { ...nothing, query: ['q', 'sort'], constraints: { query: { sort: { enum: ['asc', 'desc'] } } } },
    idea: { ...nothing, path: { required: ['idea_id'], optional: [] } },
    create: { ...nothing, method: 'POST', payload: true },
    failing: nothing,
  },
}

let server: Server
let origin: string
const received: { readonly line: string; readonly session: string | undefined; readonly body: string }[] = []

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString()
    const { method, url = '', headers } = request
    received.push({
      line: `${method} ${url} ${headers['x-path-params'] ?? ''}`.trim(),
      session: headers.authorization,
      body,
    })
    response.statusCode = url.includes('failing') ? 500 : 200
    response.setHeader('content-type', 'application/json').end('{"ok":true}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

test('the code of the page runs, and the proxy receives what the page says', async () => {
  const code = pieces.join('\n').replace('https://connect.example.com', origin)
  const names = ['createConnectorClient', 'isConnectorError', 'manifest', 'getToken']
  const run = new Function(
    ...names,
    `return (async () => { let shown\n${code}\nreturn { search, idea, created, text, shown } })()`,
  )
  const results: unknown = await run(createConnectorClient, isConnectorError, manifest, () => 'token')
  const ok = { ok: true }
  expect(results).toEqual({
    search: ok,
    idea: ok,
    created: ok,
    text: '{"ok":true}',
    shown: 'The API says 500',
  })
  expect(received.map(({ line, body }) => `${line} ${body}`.trim())).toEqual([
    'GET /connectors/search/execute?q=Warsaw&sort=asc',
    'GET /connectors/idea/execute idea_id=42',
    'POST /connectors/create/execute {"company":"Acme"}',
    'GET /connectors/search/execute',
    'GET /connectors/failing/execute',
  ])
  expect(new Set(received.map(({ session }) => session))).toEqual(new Set(['Bearer token']))
})

test('the page names every option and error of the SDK', () => {
  const types = readFileSync(new URL('../packages/connector-sdk/src/types.ts', import.meta.url), 'utf8')
  const options = [
    ...types.matchAll(/^ {2}readonly (as|signal|timeout|retry|baseUrl|manifest|session|headers)\??:/gm),
  ]
  expect(new Set(options.map(([, name]) => name)).size).toBe(8)
  for (const [, name = ''] of options) expect(page).toContain(`\`${name}\``)
  for (const kind of ['Boundary', 'Timeout', 'Network', 'Upstream'])
    expect(page).toContain(`Connector${kind}Error`)
})
