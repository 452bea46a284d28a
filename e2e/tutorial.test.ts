/** Every step of docs/tutorial.md, as it stands there, but on free ports and in a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chromiumFlags, findChromium } from '../tooling/chromium.ts'
import { freePorts } from './harness/free-ports.ts'
import { runSluice, sluiceCommand } from './harness/run-sluice.ts'

const tutorial = readFileSync(new URL('../docs/tutorial.md', import.meta.url), 'utf8')
const executablePath = await findChromium()

const blocks = [...tutorial.matchAll(/```(\w+)\n(.*?)```/gs)].map(([, kind = '', text = '']) => ({
  kind,
  text,
}))
const commands = blocks.filter(({ kind }) => kind === 'sh').map(({ text }) => text.trim())
const [listed, connector, titles] = blocks.filter(({ kind }) => kind === 'json').map(({ text }) => text)
const [report] = blocks.filter(({ kind }) => kind === 'text').map(({ text }) => text)

const folder = join(mkdtempSync(join(tmpdir(), 'sluice-tutorial-')), 'first-connector')
const running: { readonly process: ChildProcess; readonly printed: () => string }[] = []
let ports: Readonly<Record<string, number>> = {}
let browser: Browser | undefined

/** What a reader types, on this machine: another folder, other ports. */
function here(text: string): string {
  const placed = text.replaceAll('../first-connector', folder)
  return placed.replace(/(?<=:)\d{4}\b/g, (usual) => `${ports[usual] ?? usual}`)
}

const command = (start: string) => commands.find((text) => text.startsWith(start)) ?? ''
const sluiceOptions = (subcommand: string) =>
  here(command(`npx -y pnpm@12 sluice ${subcommand}`))
    .split(' ')
    .slice(4)

/** Starts something that stays, and waits until it has printed what says that it is there. */
async function start(options: readonly string[], ready: RegExp): Promise<() => string> {
  const child = spawn(process.execPath, options, { stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  }
  running.push({ process: child, printed: () => text })
  await until(
    () => ready.test(text),
    () => text,
  )
  return () => text
}

async function until(holds: () => boolean, told: () => string): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`it did not come to pass:\n${told()}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Runs a `curl` of the tutorial. */
function curl(part: string): Promise<Response> {
  const text = here(commands.find((one) => one.startsWith('curl') && one.includes(part)) ?? '')
  const [, url = ''] = /"(http:[^"]+)"$/.exec(text) ?? []
  expect(text).toContain('-H "Authorization: Bearer $TOKEN"')
  return fetch(url, { headers: { Authorization: `Bearer ${token()}` } })
}

let proxyPrinted = () => ''
const token = () => /session token of user 7: (\S+)/.exec(proxyPrinted())?.[1] ?? ''

beforeAll(async () => {
  const [api = 0, page = 0, proxy = 0] = await freePorts(3)
  ports = { 9001: api, 8788: page, 8787: proxy }
})

afterAll(async () => {
  await browser?.close()
  for (const { process: child } of running) {
    child.kill('SIGTERM')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
})

test('1. the starter is made, and works with sluice dev at once', async () => {
  expect(await runSluice(sluiceOptions('init'))).toMatchObject({ code: 0 })
  // Other tests may have the usual ports.
  const file = join(folder, 'sluice.dev.json')
  writeFileSync(file, here(readFileSync(file, 'utf8')))
})

test('2. server and proxy start', async () => {
  const [, server = ''] = here(command('node ')).split(' ')
  await start([server, here('http://127.0.0.1:8787')], /the page is at http:\/\/localhost:\d+/)
  const options = [...sluiceOptions('dev'), '--port', `${ports[8787]}`]
  proxyPrinted = await start([...sluiceCommand, ...options], /^ready http:\/\/127\.0\.0\.1:\d+$/m)
  expect(token()).not.toBe('')
})

test.skipIf(executablePath === undefined)('2. the page shows three ideas, and endorses one', async () => {
  browser = await chromium.launch({ executablePath: executablePath ?? '', args: [...chromiumFlags] })
  const page = await browser.newPage()
  await page.goto(here('http://localhost:8788'))
  await page.locator('li').nth(2).waitFor()
  expect(await page.locator('li').count()).toBe(3)
  await page.locator('li').first().getByRole('button').click()
  await page.getByText('Solar roof for the canteen (1)').waitFor()
  expect(await page.locator('#message').textContent()).toBe('')
  await page.locator('input').fill('plants')
  await page.getByRole('button', { name: 'Search' }).click()
  await page.locator('li').nth(1).waitFor({ state: 'detached' })
  expect(await page.locator('li').allTextContents()).toEqual(['A quiet room with plants (0) Endorse'])
  expect(proxyPrinted()).toMatch(/^POST {2}endorse-idea {2}201 {2}\S+ {2}[\d.]+ ms$/m)
})

test('3. the call by hand gives what the page shows', async () => {
  const answer = await curl('q=bicycles')
  expect(answer.status).toBe(200)
  expect(await answer.json()).toEqual(JSON.parse(listed ?? ''))
})

test('3. what is not permitted is refused by name', async () => {
  const answer = await curl('admin=true')
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({ code: 'OVERRIDE_NOT_PERMITTED', params: ['admin'] })
  await until(() => /400 .*OVERRIDE_NOT_PERMITTED/.test(proxyPrinted()), proxyPrinted)
})

test('4. the connector of the tutorial applies when it is saved, and answers what it shows', async () => {
  const file = join(folder, 'connectors_registry.json')
  const before = readFileSync(file, 'utf8')
  const after = before.replace(/\n {2}\]\n\}\n$/, `,\n${(connector ?? '').trimEnd()}\n  ]\n}\n`)
  expect(after).not.toBe(before)
  writeFileSync(file, after)
  await until(() => /^applied /m.test(proxyPrinted()), proxyPrinted)
  const answer = await curl('idea-titles')
  expect(answer.status).toBe(200)
  expect(await answer.json()).toEqual(JSON.parse(titles ?? ''))
})

test('5. the mistake is told as the tutorial shows it', async () => {
  const file = join(folder, 'connectors_registry.json')
  const text = readFileSync(file, 'utf8')
  const at = text.lastIndexOf('overridable')
  writeFileSync(file, `${text.slice(0, at)}overideable${text.slice(at + 'overridable'.length)}`)
  const { code, stdout, stderr } = await runSluice(sluiceOptions('validate'))
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr.replaceAll(folder, '../first-connector')).toBe(report)
  await until(() => /did you mean `overridable`/.test(proxyPrinted()), proxyPrinted)
})

test('no value of any call stands in what the proxy printed', () => {
  const { secrets, session_secret } = JSON.parse(readFileSync(join(folder, 'sluice.dev.json'), 'utf8'))
  for (const value of [secrets.ideas_key.value, session_secret, 'bicycles', 'plants', 'admin', 'Yes!']) {
    expect(proxyPrinted()).not.toContain(value)
  }
})
