import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { defaultSecretPlaces } from '@sluice/connector-schema/configuration'
import type { Logger } from '@sluice/pipeline'
import type { RegistryOptions } from '@sluice/pipeline/compile'
import {
  allowUpstreams,
  checkLiteralDestination,
  createServices,
  type EgressExceptions,
  type MemoryServices,
  type SecretSettings,
  type Settings,
} from '@sluice/proxy'
import type { DevConfig } from './dev-config.ts'
import { openDevKeyRing } from './dev-key-ring.ts'
import { devAudience, devIssuer } from './session-token.ts'

/** The services of `sluice dev`: one tenant, everything in memory. */
export function createDevServices(config: DevConfig, settings: Settings, logger: Logger): MemoryServices {
  const { redisUrl } = settings
  const { tenant_id: tenantId } = config
  const secret = new TextEncoder().encode(config.session_secret)
  const own = { issuer: devIssuer, audience: devAudience, typ: 'JWT', keys: { secret } }
  const services = createServices({
    logger,
    tenants: [{ id: tenantId, origins: config.origins, cookieSessions: config.cookie_sessions }],
    defaultTenantId: tenantId,
    sessionIssuers: settings.sessionIssuer === undefined ? [own] : [own, settings.sessionIssuer],
    cache: settings.cache,
    delivery: settings.delivery,
    redisUrl,
    // Nothing lies outside the process but what goes through Redis.
    encryptionKeys:
      settings.encryptionKeys ?? (redisUrl === undefined ? undefined : openDevKeyRing(resolve('.sluice'))),
    egress: {
      exceptions: exceptionsOf(config, settings),
      outboundProxy: settings.outboundProxy,
      limits: settings.egressLimits,
      ...(settings.extraCaPath !== undefined && { extraCa: readFileSync(settings.extraCaPath, 'utf8') }),
    },
  })
  services.secrets.replace(tenantId, secretsOf(config))
  services.variables.replace(tenantId, config.variables)
  return services
}

/** How a registry is judged for the tenant of this configuration. */
export function registryOptionsOf(config: DevConfig, settings: Settings): RegistryOptions {
  const { tenant_id: tenantId } = config
  const exceptions = exceptionsOf(config, settings)
  return {
    tenantId,
    known: {
      secrets: new Map(
        Object.entries(secretsOf(config)).map(([name, { places = defaultSecretPlaces }]) => [name, places]),
      ),
      variables: new Set(Object.keys(config.variables)),
    },
    checkDestination(destination) {
      const refusal = checkLiteralDestination(destination, tenantId, exceptions)
      return refusal && `${refusal} Call a public https API, or name host:port in \`allow_upstreams\`.`
    },
  }
}

function exceptionsOf(config: DevConfig, { egressExceptions }: Settings): EgressExceptions {
  const local = allowUpstreams(config.allow_upstreams)
  return {
    allowPrivate: [...egressExceptions.allowPrivate, ...local.allowPrivate],
    allowPorts: [...egressExceptions.allowPorts, ...local.allowPorts],
    allowHttp: [...egressExceptions.allowHttp, ...local.allowHttp],
  }
}

/** A secret that names no hosts may go to any. */
function secretsOf({ secrets }: DevConfig): Record<string, SecretSettings> {
  const entries = Object.entries(secrets).map(([name, secret]): [string, SecretSettings] => [
    name,
    typeof secret === 'string'
      ? { value: secret, allowedHosts: ['*'] }
      : { value: secret.value, allowedHosts: secret.allowed_hosts, places: secret.places },
  ])
  return Object.fromEntries(entries)
}
