/** The SDK's built files in a real browser: as a module, as `<script>`, in a worker, each under a strict CSP. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumFlags, findChromium } from '../tooling/chromium.ts'

const executablePath = await findChromium()
const sdkFolder = fileURLToPath(new URL('../packages/connector-sdk/', import.meta.url))
const fromSdk = createRequire(join(sdkFolder, 'package.json'))

/** Calls a connector in each way there is, and tells what came. `Sluice` is the SDK, however it was loaded. */
const calls = `
async function run(Sluice) {
  const told = {}
  const client = Sluice.createConnectorClient({ baseUrl: location.origin, session: () => 'token' })
  told.json = await client.callConnector('echo', { query: { q: 'ż' } })
  told.shared = (await Promise.all([client.callConnector('count'), client.callConnector('count')])).map(({ n }) => n)
  const cookies = Sluice.createConnectorClient({ baseUrl: location.origin, session: 'cookie' })
  told.csrf = (await cookies.callConnector('echo', { payload: { a: 1 } })).csrf
  told.refused = await client.callConnector('echo', { body: {} }).catch((error) => error.message)
  told.again = await client.callConnector('busy')
  return told
}`

const pages: Record<string, string> = {
  '/module.js': `${calls}
    import('/index.js').then(run).then((told) => { document.title = JSON.stringify(told) })`,
  '/script.js': `${calls}
    run(window.Sluice).then((told) => { document.title = JSON.stringify(told) })`,
  '/in-worker.js': `${calls}
    import('/index.js').then(run).then((told) => postMessage(told))`,
  '/worker.js': `const worker = new Worker(trustedTypes.createPolicy('page', { createScriptURL: (url) => url }).createScriptURL('/in-worker.js'), { type: 'module' })
    worker.onmessage = ({ data }) => { document.title = JSON.stringify(data) }`,
}
const page = (script: string, head = '') =>
  `<!doctype html><title>waiting</title>${head}<script src="/${script}.js"></script>`
const documents: Record<string, string> = {
  '/module': page('module', '<meta name="csrf-token" content="from-meta">'),
  '/script': page('script', '<script src="/sluice.iife.js"></script>').replace(
    '<script src="/script',
    '<input type="hidden" id="csrftoken" value="from-input"><script src="/script',
  ),
  '/worker': page('worker'),
}
const csp =
  "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; require-trusted-types-for 'script'"

describe.skipIf(executablePath === undefined)('in Chromium, under a strict CSP', () => {
  let folder: string
  let server: Server
  let browser: Browser
  let origin: string
  let counted = 0
  let busy = 0

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'connector-sdk-'))
    const tsup = join(dirname(fromSdk.resolve('tsup')), 'cli-default.js')
    await promisify(execFile)(process.execPath, [tsup, '--out-dir', folder, '--no-dts'], { cwd: sdkFolder })
    const ky = dirname(
      fileURLToPath(
        import.meta.resolve('ky', new URL('../packages/connector-sdk/package.json', import.meta.url).href),
      ),
    )
    server = createServer(async (request, response) => {
      const { pathname } = new URL(request.url ?? '', 'http://x')
      response.setHeader('content-security-policy', csp)
      const html = documents[pathname]
      if (html !== undefined) return response.setHeader('content-type', 'text/html').end(html)
      if (pathname.startsWith('/connectors/')) return answer(pathname, request, response)
      const text = pages[pathname] ?? (await sourceOf(pathname, ky))
      response.setHeader('content-type', 'text/javascript; charset=utf-8').end(text)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: [...chromiumFlags] })
  })

  afterAll(async () => {
    await browser?.close()
    server?.close()
    await rm(folder, { recursive: true, force: true })
  })

  async function sourceOf(pathname: string, ky: string): Promise<string> {
    if (pathname.startsWith('/ky/')) return readFile(join(ky, pathname.slice(3)), 'utf8').catch(() => '')
    const text = await readFile(join(folder, pathname), 'utf8').catch(() => '')
    // What a bundler or an import map does; an inline map would need its hash in the CSP.
    return text.replace(/from"ky"/, 'from"/ky/index.js"')
  }

  function answer(
    pathname: string,
    request: IncomingMessage,
    response: import('node:http').ServerResponse,
  ): void {
    response.setHeader('content-type', 'application/json')
    const json = (value: unknown) => response.end(JSON.stringify(value))
    if (pathname === '/connectors/csrf') json({ csrf_token: 'fetched' })
    else if (pathname.includes('/count/')) setTimeout(() => json({ n: ++counted }), 200)
    else if (pathname.includes('/busy/')) {
      if (++busy % 2 === 1) response.statusCode = 503
      json({ ok: true })
    } else
      json({
        url: request.url,
        session: request.headers.authorization,
        csrf: request.headers['x-csrf-token'],
      })
  }

  test.each([
    ['as a module', 'module', 'from-meta'],
    ['as <script>', 'script', 'from-input'],
    ['in a worker', 'worker', 'fetched'],
  ])('it works %s', async (_, name, csrf) => {
    const opened = await browser.newPage()
    const complaints: string[] = []
    opened.on('pageerror', (error) => complaints.push(String(error)))
    opened.on('console', (message) => {
      // The answer 503 that the SDK tries again is told by the browser itself.
      if (!message.text().includes('503') && !message.text().includes('favicon'))
        complaints.push(message.text())
    })
    const before = counted
    await opened.goto(`${origin}/${name}`)
    await expect
      .poll(() => [complaints, opened.title()].flat().length > 0 && opened.title(), { timeout: 15_000 })
      .toMatch(/^\{/)
    expect(JSON.parse(await opened.title())).toEqual({
      json: { url: '/connectors/echo/execute?q=%C5%BC', session: 'Bearer token' },
      shared: [before + 1, before + 1],
      csrf,
      refused: 'echo: UNKNOWN_OPTION body: did you mean `payload`?',
      again: { ok: true },
    })
    expect(complaints).toEqual([])
    await opened.close()
  })
})
