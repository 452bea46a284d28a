import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A user of the demo, as `sluice.dev.json` describes one. */
export interface DemoUser {
  readonly id: string
  readonly email?: string
  readonly first_name?: string
  readonly last_name?: string
  readonly username?: string
  readonly roles: readonly string[]
  readonly profile_fields: Readonly<Record<string, unknown>>
}

type Secret = string | { readonly value: string; readonly allowed_hosts: readonly string[] }

/** The part of `sluice.dev.json` that the demo itself needs; the proxy reads and checks the whole file. */
export interface DemoConfig {
  readonly tenant_id: string
  readonly session_secret: string
  readonly users: readonly DemoUser[]
  readonly secrets: Readonly<Record<string, Secret>>
  readonly variables: Readonly<Record<string, string>>
  readonly allow_upstreams: readonly string[]
  readonly origins: readonly string[]
}

export interface DemoPorts {
  readonly api: number
  readonly proxy: number
  readonly page: number
  /** Acme's authorization server. */
  readonly id: number
}

/** The ports that `sluice.dev.json` is written for. */
export const defaultPorts: DemoPorts = { api: 8790, proxy: 8787, page: 8788, id: 8789 }

const registryFolder = new URL('../../registry/', import.meta.url)

export const registryFile: string = fileURLToPath(new URL('connectors_registry.json', registryFolder))

const configFile = fileURLToPath(new URL('sluice.dev.json', registryFolder))

/** A configuration and the file that the proxy reads it from. */
export interface LoadedConfig {
  readonly config: DemoConfig
  readonly file: string
  /** Removes the file if it was made for these ports alone. */
  dispose(): Promise<void>
}

/**
 * The demo's configuration for some ports. For the default ones that is the checked-in file itself, so that
 * edits to it apply at once; other ports get a copy with their addresses.
 */
export async function loadConfig(ports: DemoPorts): Promise<LoadedConfig> {
  const config = JSON.parse(await readFile(configFile, 'utf8')) as DemoConfig
  if ((['api', 'page', 'id'] as const).every((key) => ports[key] === defaultPorts[key])) {
    return { config, file: configFile, dispose: async () => {} }
  }
  const adapted: DemoConfig = {
    ...config,
    variables: {
      ...config.variables,
      acme_api: `http://127.0.0.1:${ports.api}`,
      acme_id: `http://127.0.0.1:${ports.id}`,
    },
    allow_upstreams: [`127.0.0.1:${ports.api}`, `127.0.0.1:${ports.id}`],
    origins: [`http://localhost:${ports.page}`],
  }
  const folder = await mkdtemp(join(tmpdir(), 'sluice-demo-'))
  const file = join(folder, 'sluice.dev.json')
  await writeFile(file, JSON.stringify(adapted), { mode: 0o600 })
  return { config: adapted, file, dispose: () => rm(folder, { recursive: true, force: true }) }
}

/** The value of a secret that the sample API must know too. */
export function secretValue({ secrets }: DemoConfig, name: string): string {
  const secret = secrets[name]
  if (secret === undefined) throw new Error(`sluice.dev.json has no secret ${name}`)
  return typeof secret === 'string' ? secret : secret.value
}
