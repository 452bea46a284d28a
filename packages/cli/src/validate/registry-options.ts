import type { LiteralDestination, RegistryOptions } from '@sluice/pipeline/compile'
import { checkLiteralDestination, type EgressExceptions, type Settings } from '@sluice/proxy'
import type { DevConfig } from '../dev/dev-config.ts'
import { registryOptionsOf } from '../dev/dev-services.ts'

/**
 * How registries are judged. With a configuration as `sluice dev` would; without one nobody knows to which hosts
 * plain http will be allowed, so it is a warning (spec: `INSECURE_URL`), and all else is judged by the rules that
 * hold for everyone and the exceptions of the environment.
 */
export function registryOptions(config: DevConfig | undefined, settings: Settings): RegistryOptions {
  if (config !== undefined) return registryOptionsOf(config, settings)
  const { egressExceptions: exceptions } = settings
  return {
    tenantId: '',
    checkDestination: (destination) => refusalOf(destination, exceptions),
    warnOfDestination(destination) {
      if (destination.scheme !== 'http' || refusalOf(destination, exceptions) === undefined) return undefined
      return 'Plain http is refused unless the configuration allows this host; write https, or pass --config'
    },
  }
}

function refusalOf(destination: LiteralDestination, exceptions: EgressExceptions): string | undefined {
  const refusal = checkLiteralDestination(destination, '', exceptions)
  return refusal && `${refusal} Write the URL of a public API, or pass --config with the exception.`
}
