import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SignJWT } from 'jose'
import { apiKey, identity, paths, sessionSecret } from './parties.ts'
import { type StartedServer, startServer } from './start.ts'

/** From the sources, or as it is built and shipped. */
export type SluiceForm = 'sources' | 'built'

const entry: Readonly<Record<SluiceForm, readonly string[]>> = {
  sources: [
    '--conditions=source',
    fileURLToPath(new URL('../../../packages/cli/src/main.ts', import.meta.url)),
  ],
  built: [fileURLToPath(new URL('../../../packages/cli/dist/main.js', import.meta.url))],
}

export interface SluiceOptions {
  readonly form: SluiceForm
  readonly api: string
  readonly core: number | undefined
  readonly nodeArgs?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** Starts `sluice dev` with one connector for each kind of exchange. */
export async function startSluice({
  form,
  api,
  core,
  nodeArgs = [],
  env = {},
}: SluiceOptions): Promise<StartedServer> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'))
  const registry = join(folder, 'connectors_registry.json')
  const config = join(folder, 'sluice.dev.json')
  await writeFile(registry, JSON.stringify({ connectors: connectorsOf(api) }))
  await writeFile(config, JSON.stringify(configOf(api)))
  const files = ['--registry', registry, '--config', config]
  const listen = ['--host', '127.0.0.1', '--port', '0']
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const command = [process.execPath, ...nodeArgs, ...entry[form], 'dev', ...files, ...listen]
    const server = await startServer({ core, command, env })
    return { ...server, stop: () => server.stop().finally(remove) }
  } catch (error) {
    await remove()
    throw error
  }
}

/** `Authorization` of the one user. */
export async function bearer(): Promise<string> {
  const token = await new SignJWT({ tenant_id: identity.tenantId, email: identity.email })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer('sluice-dev')
    .setAudience('sluice')
    .setSubject(identity.userId)
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(sessionSecret))
  return `Bearer ${token}`
}

/** Where a connector is called. */
export function executePath(permalink: string): string {
  return `/connectors/${permalink}/execute`
}

/** Each renders four templates from the session, and a fifth with the secret. */
function connectorsOf(api: string): readonly object[] {
  return [
    connector('miss', api + paths.keyed + paths.plain),
    connector('miss-100k', api + paths.keyed + paths.plainLarge),
    connector('scan-escaped', api + paths.keyed + paths.escaped),
    connector('hit', api + paths.keyed + paths.cacheable),
    connector('hit-redis', api + paths.keyed + paths.shared),
    connector('revalidated', api + paths.keyed + paths.confirmed),
  ]
}

function connector(permalink: string, url: string): object {
  return {
    name: permalink,
    permalink,
    method: 'GET',
    url: `${url}/by/{{ user.id }}`,
    headers: [
      { key: 'Accept', value: 'application/json' },
      { key: 'X-User', value: '{{ tenant_id }}/{{ user.id }}' },
      { key: 'X-User-Email', value: '{{ user.email }}' },
    ],
    query_parameters: [{ key: 'tenant', value: '{{ tenant_id }}' }],
    authentication: {
      type: 'api_key',
      config: { key: 'X-Api-Key', in: 'header', value: "{{ get_secret('api_key') }}" },
    },
  }
}

function configOf(api: string): object {
  return {
    tenant_id: identity.tenantId,
    session_secret: sessionSecret,
    secrets: { api_key: apiKey },
    allow_upstreams: [new URL(api).host],
  }
}
