import { describe, expect, test } from 'vitest'
import { ensureChromium, findChromium, type Machine } from './chromium.ts'

interface Fake {
  readonly env?: Machine['env']
  readonly starting?: readonly string[]
  readonly root?: boolean
  /** What a successful run of this command puts on the machine. */
  readonly installs?: Readonly<Record<string, string>>
}

const fakeMachine = ({ env = {}, starting = [], root = false, installs = {} }: Fake) => {
  const working = new Set(starting)
  const ran: string[] = []
  const said: string[] = []
  const machine: Machine = {
    env: { PATH: '/usr/local/bin:/usr/bin', ...env },
    playwrightPath: () => '/cache/playwright/chrome',
    starts: async (path) => working.has(path),
    isRoot: () => root,
    run: async ({ command, args }) => {
      const line = [command, ...args].join(' ')
      ran.push(line)
      const [, path] = Object.entries(installs).find(([part]) => line.includes(part)) ?? []
      if (path !== undefined) working.add(path)
      return path === undefined ? 1 : 0
    },
    say: (line) => said.push(line),
  }
  return { machine, ran, said }
}

describe('a Chromium is looked for in a fixed order', () => {
  const everything = ['/opt/mine', '/usr/bin/chromium', '/usr/bin/google-chrome', '/cache/playwright/chrome']

  test.each([
    { first: '/opt/mine', starting: everything, env: { CHROME_PATH: '/opt/mine' } },
    { first: '/usr/bin/chromium', starting: everything },
    { first: '/usr/bin/google-chrome', starting: everything.slice(2) },
    { first: '/cache/playwright/chrome', starting: everything.slice(3) },
  ])('$first', async ({ first, starting, env = {} }) => {
    expect(await findChromium(fakeMachine({ starting, env }).machine)).toBe(first)
  })

  test('where there is none, none is found', async () => {
    expect(await findChromium(fakeMachine({}).machine)).toBeUndefined()
  })

  test('a CHROME_PATH that does not start is an error, whatever else is there', async () => {
    const { machine } = fakeMachine({ starting: everything, env: { CHROME_PATH: '/opt/other' } })
    await expect(findChromium(machine)).rejects.toThrow('CHROME_PATH')
  })
})

describe('a Chromium is installed only where none is found', () => {
  const apt = { update: '', 'install -y': '/usr/bin/chromium' }
  const playwright = { 'install chromium': '/cache/playwright/chrome' }

  test('nothing runs where one is found', async () => {
    const { machine, ran } = fakeMachine({ starting: ['/usr/bin/chromium'], root: true, installs: apt })
    expect(await ensureChromium(machine)).toBe('/usr/bin/chromium')
    expect(ran).toEqual([])
  })

  test('root asks apt, after an update, and says so in one line', async () => {
    const { machine, ran, said } = fakeMachine({ root: true, installs: apt })
    expect(await ensureChromium(machine)).toBe('/usr/bin/chromium')
    expect(ran).toEqual(['apt-get update', expect.stringMatching(/^apt-get install -y .*\bchromium\b/)])
    expect(said).toEqual([expect.stringContaining('apt-get')])
  })

  test("where apt cannot help, Playwright's own is downloaded", async () => {
    const { machine, ran } = fakeMachine({ root: true, installs: playwright })
    expect(await ensureChromium(machine)).toBe('/cache/playwright/chrome')
    expect(ran).toHaveLength(2)
  })

  test('apt is never run without root', async () => {
    const { machine, ran } = fakeMachine({ installs: { ...apt, ...playwright } })
    expect(await ensureChromium(machine)).toBe('/cache/playwright/chrome')
    expect(ran.join()).not.toContain('apt-get')
  })

  test('an install that brings no browser that starts counts for nothing', async () => {
    const { machine } = fakeMachine({ root: true, installs: { update: '', 'install -y': '/elsewhere' } })
    expect(await ensureChromium(machine)).toBeUndefined()
  })
})
