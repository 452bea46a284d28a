/** The whole path in a real browser: the demo's widgets, the SDK, the proxy, and the API's own record. */
import { readFileSync } from 'node:fs'
import { startDemo } from '@sluice/example-widgets/start'
import { type Browser, chromium, type Locator, type Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { chromiumFlags, findChromium } from '../tooling/chromium.ts'
import { freePorts } from './harness/free-ports.ts'
import { secretForms } from './harness/secret-forms.ts'

const executablePath = await findChromium()
const demoConfig = JSON.parse(
  readFileSync(new URL('../examples/registry/sluice.dev.json', import.meta.url), 'utf8'),
)

const axe = readFileSync(new URL(import.meta.resolve('axe-core')), 'utf8')

const secrets = [
  demoConfig.session_secret,
  demoConfig.secrets.acme_key,
  demoConfig.secrets.acme_username,
  demoConfig.secrets.acme_password.value,
]

describe.skipIf(executablePath === undefined)('in Chromium', () => {
  let demo: Awaited<ReturnType<typeof startDemo>>
  let browser: Browser
  let page: Page
  /** Everything that the browser could see, whatever it was. */
  const seen: string[] = []
  const complaints: string[] = []
  const printed: string[] = []

  beforeAll(async () => {
    const [api = 0, proxy = 0, own = 0, id = 0] = await freePorts(4)
    demo = await startDemo({
      ports: { api, proxy, page: own, id },
      record: true,
      print: (line) => printed.push(line),
    })
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: [...chromiumFlags] })
  })

  afterAll(async () => {
    await browser?.close()
    await demo?.stop()
  })

  beforeEach(async () => {
    if (page !== undefined) await page.close()
    page = await openPage()
  })

  async function openPage(user = '7'): Promise<Page> {
    const opened = await browser.newPage()
    opened.on('pageerror', (error) => complaints.push(String(error)))
    opened.on('console', (message) => {
      seen.push(message.text())
      if (/content security policy|trusted type|uncaught/i.test(message.text()))
        complaints.push(message.text())
    })
    opened.on('response', async (response) => {
      const body = await response.text().catch(() => '')
      seen.push(response.url(), JSON.stringify(await response.allHeaders().catch(() => ({}))), body)
    })
    await opened.goto(`${demo.pageUrl}/?user=${user}`)
    return opened
  }

  const widget = (name: string): Locator => page.locator(`[data-widget="${name}"]`)
  const reaches = (name: string, state: string) =>
    page.locator(`[data-widget="${name}"][data-state="${state}"]`).waitFor({ timeout: 20_000 })

  async function press(name: string, state: string): Promise<Locator> {
    await widget(name).locator('.controls').getByRole('button').last().click()
    await reaches(name, state)
    return widget(name)
  }

  const headerOf = (request: (typeof demo.received)[number] | undefined, name: string) =>
    request?.headers.find(([key]) => key.toLowerCase() === name)?.[1]
  const lastTo = (path: string) => demo.received.filter((request) => request.url.startsWith(path)).at(-1)

  test('a search shows data, and the API received the key that the browser never had', async () => {
    await reaches('product-search', 'data')
    await widget('product-search').getByLabel('Search').fill('drill & "co" {{ get_secret(\'acme_key\') }}')
    await widget('product-search').getByRole('button', { name: 'Search' }).click()
    await expect.poll(() => lastTo('/v1/products')?.url).toContain('drill')
    await reaches('product-search', 'data')
    const request = lastTo('/v1/products')
    expect(request?.method).toBe('GET')
    expect(headerOf(request, 'x-api-key')).toBe(demoConfig.secrets.acme_key)
    const query = new URL(`http://x${request?.url}`).searchParams
    expect(query.get('q')).toBe('drill & "co" {{ get_secret(\'acme_key\') }}')
    expect(query.get('limit')).toBe('8')
    for (const name of ['origin', 'referer', 'cookie', 'authorization']) {
      expect(headerOf(request, name)).toBeUndefined()
    }
  })

  test('orders are those of whoever is signed in', async () => {
    await reaches('my-orders', 'data')
    expect(lastTo('/v1/users/')?.url).toBe('/v1/users/7/orders?tier=gold')
    const own = await widget('my-orders').locator('[data-order]').allTextContents()
    await page.close()
    page = await openPage('8')
    await reaches('my-orders', 'data')
    expect(lastTo('/v1/users/')?.url).toBe('/v1/users/8/orders?tier=silver')
    const others = await widget('my-orders').locator('[data-order]').allTextContents()
    expect(own.length).toBeGreaterThan(0)
    expect(others).not.toEqual(own)
  })

  test('a form writes, and who wrote comes from the session', async () => {
    await widget('create-lead').getByLabel('Company').fill('Łódź "Works", \\ {{ user.id }}')
    await widget('create-lead').getByLabel('Email').fill('boss@example.com')
    await press('create-lead', 'data')
    const request = lastTo('/v1/leads')
    expect(request?.method).toBe('POST')
    expect(JSON.parse(request?.body.toString() ?? '')).toMatchObject({
      company: 'Łódź "Works", \\ {{ user.id }}',
      email: 'boss@example.com',
      owner: 'ada@example.com',
    })
  })

  test('5 MB arrive at the API byte for byte', async () => {
    const card = await press('upload', 'data')
    const checksum = await card.locator('[data-field="checksum"]').textContent()
    expect(await card.locator('[data-field="checksum-api"]').textContent()).toBe(checksum)
    expect(lastTo('/v1/files/')?.body.length).toBe(5_000_000)
    const basic = `${demoConfig.secrets.acme_username}:${demoConfig.secrets.acme_password.value}`
    expect(headerOf(lastTo('/v1/files/'), 'authorization')).toBe(
      `Basic ${Buffer.from(basic).toString('base64')}`,
    )
  })

  test('a download arrives in the browser byte for byte', async () => {
    const card = await press('download', 'data')
    const checksum = await card.locator('[data-field="checksum"]').textContent()
    expect(checksum).toMatch(/^[0-9a-f]{64}$/)
    expect(await card.locator('[data-field="checksum-api"]').textContent()).toBe(checksum)
  })

  test('a locked header is refused by the proxy, by name, and the API hears nothing', async () => {
    await reaches('product-search', 'data')
    await reaches('my-orders', 'data')
    const before = demo.received.length
    const card = await press('refusal', 'refused')
    expect(await card.getAttribute('data-code')).toBe('OVERRIDE_NOT_PERMITTED')
    expect(await card.locator('[data-source]').getAttribute('data-source')).toBe('proxy')
    expect(demo.received.length).toBe(before)
  })

  test.each([
    ['key', 'OVERRIDE_NOT_PERMITTED'],
    ['path', 'INVALID_PATH_PARAMETERS'],
    ['user', 'OVERRIDE_NOT_PERMITTED'],
  ])(
    'the attack %s is refused with %s, in the first stage, and the API hears nothing',
    async (name, code) => {
      await reaches('product-search', 'data')
      await reaches('my-orders', 'data')
      const before = demo.received.length
      await widget('inside').locator(`[data-scenario="${name}"]`).click()
      await reaches('inside', 'data')
      expect(await widget('inside').getAttribute('data-code')).toBe(code)
      expect(await widget('inside').locator('[data-step="2"]').textContent()).toContain(`merge${code}`)
      expect(await widget('inside').locator('[data-field="nothing"]').count()).toBe(1)
      expect(demo.received.length).toBe(before)
    },
  )

  test('a template as a value stays text, in the call and in its trace', async () => {
    await reaches('product-search', 'data')
    await widget('inside').locator('[data-scenario="template"]').click()
    await reaches('inside', 'data')
    const query = new URL(`http://x${lastTo('/v1/products')?.url}`).searchParams
    expect(query.get('q')).toBe("{{ get_secret('k') }}")
    // The key that the proxy adds is shown as its own template.
    const shown = await widget('inside').locator('[data-step="3"]').textContent()
    expect(shown?.toLowerCase()).toContain('x-api-key: {{ get_secret')
    expect(await widget('inside').locator('[data-step="1"]').textContent()).toContain('Bearer ••••')
  })

  const opened = (name: string) => widget(name).locator('details')
  async function open(name: string): Promise<Locator> {
    await opened(name).locator('summary').click()
    return opened(name)
  }

  test('each widget shows what happened to its call, from end to end, with the secret as its template', async () => {
    await reaches('product-search', 'data')
    await widget('product-search').getByLabel('Search').fill('hammer')
    await widget('product-search').getByLabel('steel').check()
    await widget('product-search').getByLabel('set', { exact: true }).check()
    await widget('product-search').getByRole('button', { name: 'Search' }).click()
    await expect.poll(() => lastTo('/v1/products')?.url).toContain('hammer')
    await reaches('product-search', 'data')
    const shown = await open('product-search')
    const [first, second, third, fourth] = ['1', '2', '3', '4'].map((step) =>
      shown.locator(`[data-step="${step}"]`),
    ) as [Locator, Locator, Locator, Locator]
    await third.waitFor({ timeout: 30_000 })
    expect(await first.textContent()).toContain('q=hammer')
    expect(await first.textContent()).toContain('Bearer ••••')
    expect(await second.textContent()).toMatch(/merge.*resolve-variables.*send.*store/s)
    expect(await second.textContent()).toMatch(/from the browser: [^:]*\bq\b/)
    expect(await second.textContent()).toMatch(/with a secret: \S/)
    expect(await second.textContent()).toContain('the API answered 200')
    expect((await third.textContent())?.toLowerCase()).toContain('x-api-key: {{ get_secret')
    expect(await third.textContent()).toMatch(/tag=steel&tag=set/)
    expect(await fourth.textContent()).toContain('200')
  })

  test('a call that writes is run again only where somebody asks', async () => {
    await widget('create-lead').getByLabel('Company').fill('Anvil Works')
    await widget('create-lead').getByLabel('Email').fill('boss@example.com')
    await press('create-lead', 'data')
    const before = demo.received.filter(({ url }) => url.startsWith('/v1/leads')).length
    const shown = await open('create-lead')
    await shown.locator('[data-step="4"]').waitFor()
    expect(await shown.locator('[data-step="1"]').textContent()).toContain('"company":"Anvil Works"')
    expect(demo.received.filter(({ url }) => url.startsWith('/v1/leads')).length).toBe(before)
    await shown.getByRole('button').click()
    await shown.locator('[data-step="3"]').waitFor({ timeout: 30_000 })
    expect(await shown.locator('[data-step="3"]').textContent()).toMatch(/"company":\s*"Anvil Works"/)
    expect(demo.received.filter(({ url }) => url.startsWith('/v1/leads')).length).toBe(before + 1)
  })

  test.each([
    ['refusal', 'refused', 'OVERRIDE_NOT_PERMITTED'],
    ['timeout', 'failed', 'UPSTREAM_TIMEOUT'],
  ])('what was refused or failed shows where: %s', async (name, state, code) => {
    await press(name, state)
    const shown = await open(name)
    await shown.locator('[data-step="2"]').waitFor({ timeout: 30_000 })
    expect(await shown.locator('.refused').textContent()).toContain(code)
    expect(await shown.locator('[data-step="4"]').textContent()).toContain(code)
  })

  test('what the SDK refuses left nothing behind', async () => {
    await press('boundary', 'refused')
    const shown = await open('boundary')
    await shown.getByText('Nothing left the browser.').waitFor()
  })

  test('the SDK refuses before the network', async () => {
    await reaches('product-search', 'data')
    await reaches('my-orders', 'data')
    const requests: string[] = []
    page.on('request', (request) => requests.push(request.url()))
    const card = await press('boundary', 'refused')
    expect(await card.locator('[data-source]').getAttribute('data-source')).toBe('sdk')
    expect(requests).toEqual([])
  })

  test('an error of the API is told apart from one of the proxy', async () => {
    const failed = await press('upstream-error', 'failed')
    expect(await failed.locator('[data-source]').getAttribute('data-source')).toBe('api')
    const timedOut = await press('timeout', 'failed')
    expect(await timedOut.locator('[data-source]').getAttribute('data-source')).toBe('proxy')
    expect(await timedOut.getAttribute('data-code')).toBe('UPSTREAM_TIMEOUT')
  })

  test('no secret in any answer, header, bundle, console or log, in any spelling', async () => {
    await reaches('my-orders', 'data')
    seen.push(await page.content())
    expect(seen.length).toBeGreaterThan(100)
    expect(seen.some((text) => text.includes('callConnector') || text.includes('x-path-params'))).toBe(true)
    const everything = [...seen, ...printed].join('\n')
    const found = secrets.flatMap((secret) => secretForms(secret).filter((form) => everything.includes(form)))
    expect(found).toEqual([])
  })

  test.each(['light', 'dark'] as const)(
    'axe finds nothing, wide or narrow, in the %s scheme',
    async (scheme) => {
      await page.emulateMedia({ colorScheme: scheme })
      await reaches('my-orders', 'data')
      await widget('inside').locator('[data-scenario="key"]').click()
      await reaches('inside', 'data')
      await press('refusal', 'refused')
      await (await open('refusal')).locator('[data-step="3"]').waitFor({ timeout: 30_000 })
      // Past the policy of the page, as a script of the page could not.
      await page.evaluate(axe)
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 900 })
        expect(await page.evaluate('axe.run().then(({ violations }) => violations)')).toEqual([])
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
      }
    },
  )

  test('the page has nothing to complain about', () => {
    expect(complaints).toEqual([])
  })
})
