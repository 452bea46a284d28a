import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type Command, runCommand } from './child.ts'

/** What the search asks of the machine. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Whether the program is there and starts. */
  starts(path: string): Promise<boolean>
  isRoot(): boolean
  run(command: Command): Promise<number>
  say(line: string): void
}

const thisMachine: Machine = {
  env: process.env,
  async starts(path) {
    try {
      await promisify(execFile)(path, ['-v'], { timeout: 30_000 })
      return true
    } catch {
      return false
    }
  },
  isRoot: () => process.getuid?.() === 0,
  run: runCommand,
  say: (line) => console.log(line),
}

/** Where systems put it that is not in the path of a user. */
const systemFolders = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin']

/** The nginx to test with, from the path or the folders of system programs. */
export const findNginx = async (machine: Machine = thisMachine): Promise<string | undefined> => {
  const folders = (machine.env.PATH ?? '').split(delimiter).filter(Boolean)
  for (const folder of [...folders, ...systemFolders]) {
    const path = join(folder, 'nginx')
    if (await machine.starts(path)) return path
  }
  return undefined
}

/** Finds an nginx, or installs one from apt where that is possible. */
export const ensureNginx = async (machine: Machine = thisMachine): Promise<string | undefined> => {
  const found = await findNginx(machine)
  if (found !== undefined || !machine.isRoot()) return found
  machine.say('No nginx here: installing it with apt-get, which takes a minute.')
  const apt = (...args: string[]): Command => ({
    command: 'apt-get',
    args,
    // In runlevel 1 the package starts no server of its own.
    env: { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
    quiet: true,
    timeoutMs: 600_000,
  })
  for (const command of [apt('update'), apt('install', '-y', '--no-install-recommends', 'nginx')]) {
    if ((await machine.run(command)) !== 0) return undefined
  }
  return findNginx(machine)
}

/** An nginx of a test's own. */
export interface RunningNginx {
  readonly url: string
  stop(): Promise<void>
}

/**
 * Starts an nginx with a configuration, folder and port of its own.
 *
 * @param server what goes into its only `server` block, e.g. `location / { proxy_pass http://127.0.0.1:8787; }`
 * @throws Error where there is no nginx, or it does not start
 */
export async function startNginx(server: string): Promise<RunningNginx> {
  const program = await findNginx()
  if (program === undefined) throw new Error('No nginx was found: install it (apt-get install nginx)')
  const folder = await mkdtemp(join(tmpdir(), 'sluice-nginx-'))
  const port = await freePort()
  const file = join(folder, 'nginx.conf')
  await writeFile(file, configuration(folder, port, server))
  const child = spawn(program, ['-p', folder, '-e', 'stderr', '-c', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const exited = once(child, 'exit')
  const stop = async () => {
    child.kill('SIGTERM')
    await exited
    await rm(folder, { recursive: true, force: true })
  }
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null) break
    if (await listens(port)) return { url: `http://127.0.0.1:${port}`, stop }
    await sleep(50)
  }
  await stop()
  throw new Error(`nginx did not start: ${said}`)
}

function configuration(folder: string, port: number, server: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `daemon off;
master_process off;
pid ${join(folder, 'pid')};
events {}
http {
  access_log off;
  ${temporary.map((kind) => `${kind}_temp_path ${join(folder, kind)};`).join('\n  ')}
  server {
    listen 127.0.0.1:${port};
    ${server}
  }
}
`
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const settle = (isThere: boolean) => {
      socket.destroy()
      resolve(isThere)
    }
    socket.once('connect', () => settle(true)).once('error', () => settle(false))
  })
}
