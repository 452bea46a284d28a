import { setImmediate } from 'node:timers/promises'
import { shortestSearchedBytes } from '@sluice/pipeline'
import { createRegistryCompiler, type RegistryCompiler, type SliceOptions } from '@sluice/pipeline/compile'
import type { MemoryServices, Settings } from '@sluice/proxy'
import type { Output } from '../output.ts'
import type { DevConfig } from './dev-config.ts'
import { createDevLogger } from './dev-logger.ts'
import { createDevServices, registryOptionsOf } from './dev-services.ts'
import { type Loaded, loadConfig, reloadRegistry } from './load.ts'

/** The files that `sluice dev` watches. */
export interface DevFiles {
  readonly registry: string
  readonly config: string
}

/** What runs: a configuration, its connectors, and the services made of both. */
export interface DevSession {
  readonly config: DevConfig
  readonly services: MemoryServices
  /** Compiles the registry as this configuration judges it. */
  readonly compiler: RegistryCompiler
}

/**
 * Makes a session from the files, wholly or not at all: where there is a mistake every one is printed, and
 * whatever runs goes on (G6).
 */
export async function openSession(
  files: DevFiles,
  settings: Settings,
  output: Output,
): Promise<DevSession | undefined> {
  const config = accept(loadConfig(files.config), output)
  if (config === undefined) return undefined
  const compiler = createRegistryCompiler(registryOptionsOf(config, settings), slices)
  const connectors = accept(await reloadRegistry(files.registry, { compiler, slices }), output)
  if (connectors === undefined) return undefined
  for (const line of shortSecrets(config)) output.note(line)
  const services = createDevServices(config, settings, createDevLogger(output))
  services.connectors.replace(config.tenant_id, connectors)
  return { config, services, compiler }
}

/** Loads the registry again into a running session; its cache and limits stay. */
export async function applyRegistry(
  files: DevFiles,
  { config, services, compiler }: DevSession,
  output: Output,
): Promise<boolean> {
  const connectors = accept(await reloadRegistry(files.registry, { compiler, slices }), output)
  if (connectors === undefined) return false
  services.connectors.replace(config.tenant_id, connectors)
  return true
}

const slices: SliceOptions = { pause: () => setImmediate(), monotonic: () => performance.now() }

/** The search for secrets in answers begins at a length that chance does not reach (spec: "No echo"). */
function shortSecrets({ secrets }: DevConfig): string[] {
  return Object.entries(secrets)
    .map(([name, secret]) => ({ name, value: typeof secret === 'string' ? secret : secret.value }))
    .filter(({ value }) => Buffer.byteLength(value) < shortestSearchedBytes)
    .map(
      ({ name }) =>
        `warning: the secret ${name} has fewer than ${shortestSearchedBytes} bytes: answers are not searched for it`,
    )
}

function accept<Content>(loaded: Loaded<Content>, output: Output): Content | undefined {
  output.issues(loaded.warnings, 'warning')
  output.issues(loaded.errors, 'error')
  return loaded.content
}
