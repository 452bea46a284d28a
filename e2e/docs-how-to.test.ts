/** What `docs/how-to.md` shows is true: its connectors, its test and its page run as they stand there. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { manifestOf, parseDefinition } from '@sluice/connector-schema'
import { createConnectorClient } from '@sluice/connector-sdk'
import { connectorHandlers, connectorProblem } from '@sluice/connector-testing'
import { setupServer } from 'msw/node'
import { chromium } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { chromiumFlags, findChromium } from '../tooling/chromium.ts'
import { type RecordingApi, startRecordingApi } from './harness/recording-api.ts'
import { bearer, sessionSecret, sessionToken } from './harness/session-token.ts'
import { type SluiceDev, startSluiceDev } from './harness/sluice-dev.ts'
import { wireCall } from './harness/wire-call.ts'

const executablePath = await findChromium()
const page = await readFile(new URL('../docs/how-to.md', import.meta.url), 'utf8')
const blocks = [...page.matchAll(/^```([^\n]+)\n(.*?)\n```$/gms)].map(([, info = '', text = '']) => ({
  info,
  text,
}))
const all = (info: string) => blocks.filter((block) => block.info === info).map(({ text }) => text)
const only = (info: string) => {
  const [text, ...others] = all(info)
  if (text === undefined || others.length > 0) throw new Error(`the page shall have one block ${info}`)
  return text
}
const definitions = all('json connector')
const apiOrigin = 'https://api.example.com'
const proxyOrigin = 'https://connect.example.com'

describe('against a running proxy', () => {
  let api: RecordingApi
  let site: Server
  let origin: string
  let sluice: SluiceDev
  let teamStatus = 200
  const files = new Map<string, readonly [type: string, content: string]>()

  beforeAll(async () => {
    api = await startRecordingApi({
      v1: (request, response) => {
        response.setHeader('content-type', 'application/json')
        if (request.url?.startsWith('/v1/leave')) return response.end('{"days":26}')
        response.statusCode = teamStatus
        return response.end(only('json answer'))
      },
    })
    site = createServer((request, response) => {
      const [type, content] = files.get(request.url ?? '') ?? ['text/plain', '']
      const csp = only('text').replace(proxyOrigin, sluice.url)
      response.writeHead(200, { 'content-type': type, 'content-security-policy': csp }).end(content)
    })
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
    sluice = await startSluiceDev({
      registry: {
        connectors: definitions.map((text) => JSON.parse(text.replace(apiOrigin, api.origin)) as unknown),
      },
      config: {
        tenant_id: 'demo',
        session_secret: sessionSecret,
        allow_upstreams: [`127.0.0.1:${api.port}`],
        origins: [origin],
      },
    })
  })

  afterAll(async () => {
    await sluice?.stop()
    site?.close()
    await api?.close()
  })

  const call = async (target: string) => wireCall(sluice.url, { target, headers: [await bearer()] })

  test('the API learns who asks from the session', async () => {
    const before = api.received.length
    expect((await call('/connectors/my-leave/execute')).status).toBe(200)
    const [line, ...headers] = only('http').split('\n')
    const received = api.received[before]
    expect(`${received?.method} ${received?.target}`).toBe(line)
    for (const header of headers) {
      const [name = '', value] = header.split(': ')
      expect(received?.headers[name]).toBe(value)
    }
  })

  test('a page cannot say that it is somebody else', async () => {
    const before = api.received.length
    const { status, headers } = await call('/connectors/my-leave/execute?employee=8')
    expect([status, headers['x-connector-error']]).toEqual([400, 'OVERRIDE_NOT_PERMITTED'])
    expect(api.received).toHaveLength(before)
  })

  test('the answer holds the named fields alone', async () => {
    teamStatus = 200
    const { text } = await call('/connectors/team/execute')
    expect(JSON.parse(text)).toEqual(JSON.parse(only('json gives')))
  })

  test('an error of the API tells nothing more', async () => {
    teamStatus = 403
    const { status, text } = await call('/connectors/team/execute?')
    expect([status, JSON.parse(text)]).toEqual([403, { error: 'The team cannot be shown' }])
  })

  test.skipIf(executablePath === undefined)(
    'the page of <script> tags shows in Chromium what the API says',
    async () => {
      files.set('/', ['text/html', only('html')])
      files.set('/sluice.iife.js', ['text/javascript', await builtSdk()])
      files.set('/leave.js', ['text/javascript', only('js').replace(proxyOrigin, sluice.url)])
      files.set('/session-token', ['text/plain', await sessionToken()])
      const browser = await chromium.launch({
        executablePath: executablePath ?? '',
        args: [...chromiumFlags],
      })
      try {
        const opened = await browser.newPage()
        await opened.goto(origin)
        const shown = () => opened.locator('#leave').textContent()
        await expect.poll(shown, { timeout: 15_000 }).toBe('26 days left')
      } finally {
        await browser.close()
      }
    },
    60_000,
  )
})

/** `sluice.iife.js` as it is published. */
async function builtSdk(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'how-to-'))
  const sdk = fileURLToPath(new URL('../packages/connector-sdk/', import.meta.url))
  const tsup = join(dirname(createRequire(join(sdk, 'package.json')).resolve('tsup')), 'cli-default.js')
  try {
    await promisify(execFile)(process.execPath, [tsup, '--out-dir', folder, '--no-dts'], { cwd: sdk })
    return await readFile(join(folder, 'sluice.iife.js'), 'utf8')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

describe('the tests of the widget, as the page has them', () => {
  const manifest = manifestOf(
    definitions.map((text) => {
      const { definition, errors } = parseDefinition(JSON.parse(text))
      if (definition === undefined) throw new Error(JSON.stringify(errors))
      return definition
    }),
  )
  const names = {
    createConnectorClient,
    connectorHandlers,
    connectorProblem,
    setupServer,
    afterAll,
    afterEach,
    beforeAll,
    expect,
    test,
    manifest,
  }
  const code = only('ts')
  const imported = [...code.matchAll(/^import \{ (.*) \} from .*$/gm)].flatMap(([, list = '']) =>
    list.split(', '),
  )
  if (imported.toSorted().join() !== Object.keys(names).toSorted().join())
    throw new Error(`the page imports ${imported.join(', ')}`)
  new Function(...Object.keys(names), code.replaceAll(/^import .*$/gm, ''))(...Object.values(names))
})
