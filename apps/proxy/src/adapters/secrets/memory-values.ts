import { createHmac, type KeyObject } from 'node:crypto'
import { defaultSecretPlaces, type SecretPlace } from '@sluice/connector-schema/configuration'
import {
  Secret,
  type SecretReader,
  type StoredSecret,
  type StoredVariable,
  type VariableReader,
} from '@sluice/pipeline'

/** A secret as it is configured. */
export interface SecretSettings {
  readonly value: string
  /** Host patterns that may receive it; `*` must be spelled out. */
  readonly allowedHosts: readonly string[]
  /** Places of a request that may hold it; `authentication` and `header` where it does not say. */
  readonly places?: readonly SecretPlace[] | undefined
}

/** Secrets in memory. */
export interface MemorySecrets extends SecretReader {
  /** Replaces all secrets of a tenant at once. */
  replace(tenantId: string, secrets: Readonly<Record<string, SecretSettings>>): void
}

/** Variables in memory. */
export interface MemoryVariables extends VariableReader {
  /** Replaces all variables of a tenant at once. */
  replace(tenantId: string, variables: Readonly<Record<string, string>>): void
}

/** Creates an empty store of secrets. */
export function createMemorySecrets(versionKey: VersionKey): MemorySecrets {
  const versionOf = createVersions(versionKey)
  const values = createTenantValues(
    (value: SecretSettings): StoredSecret => ({
      secret: new Secret(value.value),
      version: versionOf(value.value),
      allowedHosts: value.allowedHosts,
      places: value.places ?? defaultSecretPlaces,
    }),
  )
  return values
}

/** Creates an empty store of variables. */
export function createMemoryVariables(versionKey: VersionKey): MemoryVariables {
  const versionOf = createVersions(versionKey)
  return createTenantValues((value: string): StoredVariable => ({ value, version: versionOf(value) }))
}

/** Of this process or of all that share a cache: a version tells nobody what the value is. */
export type VersionKey = KeyObject

/** A version that changes exactly when the value does, so that loading the same values again purges no cache. */
function createVersions(key: VersionKey): (value: string) => string {
  return (value) => createHmac('sha256', key).update(value).digest('base64url').slice(0, 22)
}

/** Maps, not objects: `constructor` and its kin are names like any other. */
function createTenantValues<Settings, Stored>(store: (settings: Settings) => Stored) {
  const tenants = new Map<string, ReadonlyMap<string, Stored>>()
  return {
    read: (tenantId: string, name: string): Stored | undefined => tenants.get(tenantId)?.get(name),
    replace(tenantId: string, values: Readonly<Record<string, Settings>>): void {
      tenants.set(tenantId, new Map(Object.entries(values).map(([name, value]) => [name, store(value)])))
    },
  }
}
