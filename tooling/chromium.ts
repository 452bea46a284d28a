import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'
import { type Command, runCommand } from './child.ts'

/** Flags that let Chromium run as root, without a display, and without calling home. */
export const chromiumFlags: readonly string[] = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const commandNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const applications = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** What the search asks of the machine. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where Playwright keeps the browser that it downloads. */
  playwrightPath(): string
  /** Whether the program is there and starts: a stub, or one whose libraries are missing, does not. */
  starts(path: string): Promise<boolean>
  isRoot(): boolean
  run(command: Command): Promise<number>
  say(line: string): void
}

const thisMachine: Machine = {
  env: process.env,
  playwrightPath: () => chromium.executablePath(),
  async starts(path) {
    try {
      await promisify(execFile)(path, ['--version'], { timeout: 30_000 })
      return true
    } catch {
      return false
    }
  },
  isRoot: () => process.getuid?.() === 0,
  run: runCommand,
  say: (line) => console.log(line),
}

/**
 * The Chromium to test with: `CHROME_PATH`, else a system one, else one that Playwright downloaded.
 *
 * @throws Error when `CHROME_PATH` names something that does not start.
 */
export const findChromium = async (machine: Machine = thisMachine): Promise<string | undefined> => {
  const asked = machine.env.CHROME_PATH
  if (asked) {
    if (await machine.starts(asked)) return asked
    throw new Error('CHROME_PATH is set, but what it names does not start')
  }
  const folders = (machine.env.PATH ?? '').split(delimiter).filter(Boolean)
  const system = commandNames.flatMap((name) => folders.map((folder) => join(folder, name)))
  for (const path of [...system, ...applications, machine.playwrightPath()]) {
    if (await machine.starts(path)) return path
  }
  return undefined
}

/**
 * Finds a Chromium, or installs one: from apt where that is possible, because it brings the libraries too,
 * else the build that Playwright downloads.
 */
export const ensureChromium = async (machine: Machine = thisMachine): Promise<string | undefined> => {
  const found = await findChromium(machine)
  if (found !== undefined) return found
  for (const { notice, commands } of installers(machine)) {
    machine.say(notice)
    if (!(await runAll(commands, machine))) continue
    const installed = await findChromium(machine)
    if (installed !== undefined) return installed
  }
  return undefined
}

interface Installer {
  readonly notice: string
  readonly commands: readonly Command[]
}

const installers = (machine: Machine): readonly Installer[] => {
  const timeoutMs = 600_000
  const apt = (...args: string[]): Command => ({
    command: 'apt-get',
    args,
    env: { DEBIAN_FRONTEND: 'noninteractive' },
    quiet: true,
    timeoutMs,
  })
  const playwright: Installer = {
    notice: "No Chromium here: downloading Playwright's own.",
    commands: [
      {
        command: process.execPath,
        args: [playwrightCli(), 'install', 'chromium', '--no-shell', '--no-progress'],
        quiet: true,
        timeoutMs,
      },
    ],
  }
  if (!machine.isRoot()) return [playwright]
  const debian: Installer = {
    notice: 'No Chromium here: installing it with apt-get, which takes a minute or two.',
    // Text without a font has no size, and what has no size counts as hidden.
    commands: [
      apt('update'),
      apt('install', '-y', '--no-install-recommends', 'chromium', 'fonts-liberation'),
    ],
  }
  return [debian, playwright]
}

const playwrightCli = (): string =>
  join(dirname(createRequire(import.meta.url).resolve('playwright-core/package.json')), 'cli.js')

const runAll = async (commands: readonly Command[], machine: Machine): Promise<boolean> => {
  for (const command of commands) if ((await machine.run(command)) !== 0) return false
  return true
}
