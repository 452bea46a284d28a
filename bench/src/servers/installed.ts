/** Programs of others, where they are installed: what nginx and Varnish reach with a memory of answers, and Redis. */

import { once } from 'node:events'
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { paths } from './parties.ts'
import { type StartedServer, startListener, startQuietServer } from './start.ts'

interface Setting {
  readonly api: string
  readonly core: number | undefined
}

/** A server that may be there: its program, or nothing. */
export function findProgram(name: 'nginx' | 'varnishd' | 'redis-server'): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  return folders.map((folder) => join(folder, name)).find(isExecutable)
}

/** nginx with one worker and `proxy_cache`. */
export async function startNginx(program: string, { api, core }: Setting): Promise<StartedServer> {
  const port = await freePort()
  return inFolder((folder) => {
    const file = join(folder, 'nginx.conf')
    writeFileSync(file, nginxConfig({ folder, port, api }))
    const command = [program, '-p', folder, '-e', join(folder, 'error.log'), '-c', file]
    return startQuietServer({ core, command }, whereAt(port))
  })
}

/** Varnish with a memory as large as ours. */
export async function startVarnish(program: string, { api, core }: Setting): Promise<StartedServer> {
  const port = await freePort()
  return inFolder((folder) => {
    const file = join(folder, 'bench.vcl')
    writeFileSync(file, varnishConfig(api))
    const command = [program, '-F', '-n', join(folder, 'state'), '-j', 'none', '-s', 'malloc,64m']
    return startQuietServer(
      { core, command: [...command, '-a', `127.0.0.1:${port}`, '-f', file] },
      whereAt(port),
    )
  })
}

/** Redis that keeps nothing on disk. */
export async function startRedis(program: string, core: number | undefined): Promise<StartedServer> {
  const port = await freePort()
  const command = [program, '--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no']
  return startListener({ core, command }, { url: `redis://127.0.0.1:${port}`, port })
}

function whereAt(port: number): { readonly url: string; readonly path: string } {
  return { url: `http://127.0.0.1:${port}`, path: paths.cacheable }
}

function nginxConfig({ folder, port, api }: { folder: string; port: number; api: string }): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `  ${name}_temp_path ${join(folder, name)};`,
  )
  return `
daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
pid ${join(folder, 'nginx.pid')};
events { worker_connections 1024; }
http {
${temporary.join('\n')}
  access_log off;
  keepalive_requests 100000000;
  proxy_cache_path ${join(folder, 'cache')} keys_zone=bench:8m;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass ${api};
      proxy_cache bench;
    }
  }
}
`
}

/** Without the first routine Varnish would pass every request that bears an `Authorization`. */
function varnishConfig(api: string): string {
  const { hostname, port } = new URL(api)
  return `vcl 4.1;
backend default { .host = "${hostname}"; .port = "${port}"; }
sub vcl_recv { return (hash); }
`
}

/** A folder that goes with the server. */
async function inFolder(start: (folder: string) => Promise<StartedServer>): Promise<StartedServer> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    const server = await start(folder)
    return { ...server, stop: () => server.stop().finally(remove) }
  } catch (error) {
    remove()
    throw error
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** A port that nobody listens on at the moment. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
