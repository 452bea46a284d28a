import { randomBytes } from 'node:crypto'
import { escaped, large, small } from './bodies.ts'
import type { Cores } from './cores.ts'
import { findProgram, startNginx, startRedis, startVarnish } from './installed.ts'
import type { Target } from './load.ts'
import { paths } from './parties.ts'
import { bearer, executePath, type SluiceForm, startSluice } from './sluice.ts'
import { nodeCommand, type StartedServer, startServer } from './start.ts'

/** One kind of exchange under measurement. */
export interface Contender {
  readonly id: ContenderId
  readonly target: Target
  /** The process that pays for it. */
  readonly server: StartedServer
}

export type ContenderId =
  | RowId
  | 'reply-from-100k'
  | 'scan-escaped'
  | 'hit-redis'
  | 'revalidated'
  | 'recorded'

/** Those with a row of their own; the others are there to be compared with. */
export type RowId = (typeof rowIds)[number]

export const rowIds = [
  'bare',
  'hono',
  'reply-from',
  'miss',
  'miss-100k',
  'hit',
  'nginx-hit',
  'varnish-hit',
] as const

export interface FieldOptions {
  readonly cores: Cores | undefined
  readonly form: SluiceForm
  /** A folder for CPU profiles of our proxy, written when it ends. */
  readonly profileFolder?: string | undefined
}

/** All servers of one measurement. */
export interface Field {
  readonly contenders: readonly Contender[]
  readonly sluice: StartedServer
  readonly api: StartedServer
  stop(): Promise<void>
}

/**
 * Starts everything that is measured, and the API behind it.
 *
 * @throws Error where a server does not start; what was started is ended
 */
export async function openField({ cores, form, profileFolder }: FieldOptions): Promise<Field> {
  const started: StartedServer[] = []
  const keep = async (starting: Promise<StartedServer>): Promise<StartedServer> => {
    const server = await starting
    started.push(server)
    return server
  }
  // The API last: it serves the others until they have ended.
  const stop = async () => {
    for (const server of started.toReversed()) await server.stop()
  }
  try {
    const core = cores?.server
    const api = await keep(startServer({ core: cores?.api, command: nodeCommand('api') }))
    const start = (name: string, ...args: string[]) =>
      keep(startServer({ core, command: nodeCommand(name, { args }) }))
    const bare = await start('bare')
    const hono = await start('hono')
    const replyFrom = await start('reply-from', api.url)
    const profile = profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`]
    const sluice = await keep(startSluice({ form, api: api.url, core, nodeArgs: profile }))
    const nginxProgram = findProgram('nginx')
    const varnishProgram = findProgram('varnishd')
    const setting = { api: api.url, core }
    const nginx = nginxProgram && (await keep(startNginx(nginxProgram, setting)))
    const varnish = varnishProgram && (await keep(startVarnish(varnishProgram, setting)))

    const redisProgram = findProgram('redis-server')
    const sharing =
      redisProgram && (await keep(startSharing(redisProgram, { form, api: api.url, cores }, keep)))

    const headers = { authorization: await bearer() }
    const recorded = await start('recorded', JSON.stringify(await headOfHit(sluice.url, headers)))
    const contender = (
      id: ContenderId,
      server: StartedServer,
      ask: Pick<Target, 'path' | 'body'>,
    ): Contender => ({
      id,
      server,
      target: { origin: server.url, headers, ...ask },
    })
    const contenders = [
      contender('bare', bare, { path: '/', body: small }),
      contender('hono', hono, { path: '/', body: small }),
      contender('reply-from', replyFrom, { path: paths.plain, body: small }),
      contender('reply-from-100k', replyFrom, { path: paths.plainLarge, body: large }),
      contender('miss', sluice, { path: executePath('miss'), body: small }),
      contender('miss-100k', sluice, { path: executePath('miss-100k'), body: large }),
      contender('scan-escaped', sluice, { path: executePath('scan-escaped'), body: escaped }),
      contender('hit', sluice, { path: executePath('hit'), body: small }),
      contender('recorded', recorded, { path: executePath('hit'), body: small }),
      ...(sharing ? [contender('hit-redis', sharing, { path: executePath('hit-redis'), body: small })] : []),
      contender('revalidated', sluice, { path: executePath('revalidated'), body: small }),
      ...(nginx ? [contender('nginx-hit', nginx, { path: paths.cacheable, body: small })] : []),
      ...(varnish ? [contender('varnish-hit', varnish, { path: paths.cacheable, body: small })] : []),
    ]
    return { contenders, sluice, api, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The headers of a hit, but for those that a server sets by itself. */
async function headOfHit(
  origin: string,
  headers: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const ask = async () => {
    const response = await fetch(origin + executePath('hit'), { headers })
    await response.arrayBuffer()
    return response.headers
  }
  await ask()
  const head = Object.fromEntries(await ask())
  if (!head['cache-status']?.startsWith('sluice; hit')) throw new Error('What is stored was no hit')
  const { connection: _, 'keep-alive': __, ...lasting } = head
  return lasting
}

interface Sharing extends Pick<FieldOptions, 'cores' | 'form'> {
  readonly api: string
}

/** A proxy whose own memory is too small for any answer, and the Redis that has them; beside the API, for it waits. */
async function startSharing(
  program: string,
  { cores, form, api }: Sharing,
  keep: (starting: Promise<StartedServer>) => Promise<StartedServer>,
): Promise<StartedServer> {
  const redis = await keep(startRedis(program, cores?.api))
  const env = {
    SLUICE_REDIS_URL: redis.url,
    SLUICE_ENCRYPTION_KEYS: `bench:${randomBytes(32).toString('base64')}`,
    SLUICE_CACHE_MAX_BYTES: '1',
  }
  return startSluice({ form, api, core: cores?.server, env })
}
