/** The handlers of `@sluice/connector-testing` in a real browser, through msw's service worker. */
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { build } from 'esbuild'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumFlags, findChromium } from '../tooling/chromium.ts'

const executablePath = await findChromium()

/** A page as the author of a widget writes one to look at it without a proxy. */
const page = `
import { createConnectorClient } from '@sluice/connector-sdk'
import { connectorHandlers, connectorProblem } from '@sluice/connector-testing'
import { setupWorker } from 'msw/browser'

const nothing = {
  query: [], headers: [], path: { required: [], optional: [] }, constraints: {},
  unlisted_parameters: 'reject', payload: false, access: 'authenticated',
}
const manifest = {
  version: 1,
  connectors: {
    weather: {
      ...nothing, method: 'GET', query: ['days'],
      constraints: { query: { days: { type: 'integer', maximum: 9 } } },
    },
    idea: { ...nothing, method: 'GET', path: { required: ['id'], optional: [] } },
    'create-lead': { ...nothing, method: 'POST', payload: true },
    forgotten: { ...nothing, method: 'GET' },
  },
}
const failures = []
const worker = setupWorker(
  ...connectorHandlers(
    manifest,
    {
      weather: ({ query }) => ({ days: query.days }),
      idea: ({ path }) => { throw connectorProblem('UPSTREAM_TIMEOUT', { detail: 'idea ' + path.id }) },
      'create-lead': ({ payload }) => Response.json({ taken: payload }, { status: 422 }),
    },
    { onFailure: (error) => failures.push(error.message) },
  ),
)
await worker.start({ quiet: true })

const callers = { baseUrl: 'https://connect.example.com', session: () => 'token' }
// Without a manifest the client refuses nothing: what is refused, the mock refuses.
const { callConnector } = createConnectorClient(callers)
const told = (calling) => calling.catch((error) => [error.name, error.code ?? error.status, error.body ?? error.params])
document.title = JSON.stringify({
  data: await told(callConnector('weather', { query: { days: 3 } })),
  value: await told(callConnector('weather', { query: { days: 12 } })),
  key: await told(callConnector('weather', { query: { appid: 'x' } })),
  missing: await told(callConnector('idea')),
  segment: await told(callConnector('idea', { path: { id: '../admin' } })),
  thrown: await told(callConnector('idea', { path: { id: 7 } })),
  answered: await told(callConnector('create-lead', { payload: { name: 'Ada' } })),
  unknown: await told(callConnector('nobody')),
  forgotten: (await told(callConnector('forgotten')))[0],
  failures,
})`

describe.skipIf(executablePath === undefined)('in Chromium', () => {
  let server: Server
  let browser: Browser
  let origin: string

  beforeAll(async () => {
    const { outputFiles } = await build({
      stdin: { contents: page, resolveDir: import.meta.dirname, loader: 'js' },
      bundle: true,
      format: 'esm',
      platform: 'browser',
      conditions: ['source'],
      target: 'es2022',
      write: false,
    })
    const files: Record<string, readonly [type: string, text: string]> = {
      '/': [
        'text/html',
        '<!doctype html><title>waiting</title><script type="module" src="/page.js"></script>',
      ],
      '/page.js': ['text/javascript', outputFiles[0]?.text ?? ''],
      '/mockServiceWorker.js': [
        'text/javascript',
        await readFile(createRequire(import.meta.url).resolve('msw/mockServiceWorker.js'), 'utf8'),
      ],
    }
    server = createServer(({ url = '' }, response) => {
      const [type, text] = files[url] ?? []
      if (type === undefined) response.writeHead(404).end()
      else response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(text)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = `http://localhost:${(server.address() as AddressInfo).port}`
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: [...chromiumFlags] })
  }, 60_000)

  afterAll(async () => {
    await browser?.close()
    server?.close()
  })

  test('calls reach the mocks, and are refused as the proxy would refuse them', async () => {
    const opened = await browser.newPage()
    const complaints: string[] = []
    opened.on('pageerror', (error) => complaints.push(String(error)))
    await opened.goto(origin)
    await expect
      .poll(async () => complaints.join() || (await opened.title()), { timeout: 20_000 })
      .toMatch(/^\{/)
    expect(JSON.parse(await opened.title())).toEqual({
      data: { days: 3 },
      value: ['ConnectorProblem', 'INVALID_OVERRIDE', [{ key: 'days', rule: 'maximum' }]],
      key: ['ConnectorProblem', 'OVERRIDE_NOT_PERMITTED', ['appid']],
      missing: ['ConnectorProblem', 'MISSING_PATH_PARAMETERS', ['id']],
      segment: ['ConnectorProblem', 'INVALID_PATH_PARAMETERS', ['id']],
      thrown: ['ConnectorProblem', 'UPSTREAM_TIMEOUT', expect.anything()],
      answered: ['ConnectorUpstreamError', 'UPSTREAM_ERROR', { taken: { name: 'Ada' } }],
      unknown: ['ConnectorProblem', 'CONNECTOR_NOT_FOUND', expect.anything()],
      forgotten: 'ConnectorNetworkError',
      failures: [expect.stringContaining('`forgotten` was called and has no mock')],
    })
    await opened.close()
  }, 60_000)
})
