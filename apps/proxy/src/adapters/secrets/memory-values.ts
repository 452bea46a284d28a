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

/** Told that secrets of a tenant have other values, hosts or places than before, or are gone. */
type OnChange = (tenantId: string) => void

/**
 * Creates an empty store of secrets. A secret whose value, hosts and places stay the same stays the same object, so that what
 * was prepared with it goes on; whatever was made of any other is told to be over.
 */
export function createMemorySecrets(
  versionKey: VersionKey,
  onChange: OnChange = () => undefined,
): MemorySecrets {
  const versionOf = createVersions(versionKey)
  const { read, replace } = createTenantValues(
    (value: SecretSettings): StoredSecret => ({
      secret: new Secret(value.value),
      version: versionOf(value.value),
      allowedHosts: value.allowedHosts,
      places: value.places ?? defaultSecretPlaces,
    }),
    (one, other) => identityOf(one) === identityOf(other),
  )
  return {
    read,
    replace(tenantId, secrets) {
      if (replace(tenantId, secrets)) onChange(tenantId)
    },
  }
}

/** Whatever makes a secret another: its value, and where it may go. */
function identityOf({ version, allowedHosts, places }: StoredSecret): string {
  return JSON.stringify([version, allowedHosts, places])
}

/** Creates an empty store of variables. */
export function createMemoryVariables(versionKey: VersionKey): MemoryVariables {
  const versionOf = createVersions(versionKey)
  const { read, replace } = createTenantValues(
    (value: string): StoredVariable => ({ value, version: versionOf(value) }),
    (one, other) => one.version === other.version,
  )
  return { read, replace: (tenantId, variables) => void replace(tenantId, variables) }
}

/** Of this process or of all that share a cache: a version tells nobody what the value is. */
export type VersionKey = KeyObject

/** A version that changes exactly when the value does, so that loading the same values again purges no cache. */
function createVersions(key: VersionKey): (value: string) => string {
  return (value) => createHmac('sha256', key).update(value).digest('base64url').slice(0, 22)
}

/** Maps, not objects: `constructor` and its kin are names like any other. */
function createTenantValues<Settings, Stored>(
  store: (settings: Settings) => Stored,
  isSame: (one: Stored, other: Stored) => boolean,
) {
  const tenants = new Map<string, ReadonlyMap<string, Stored>>()
  return {
    read: (tenantId: string, name: string): Stored | undefined => tenants.get(tenantId)?.get(name),
    /** @returns whether any value of before is gone or another one */
    replace(tenantId: string, values: Readonly<Record<string, Settings>>): boolean {
      const before: ReadonlyMap<string, Stored> = tenants.get(tenantId) ?? new Map()
      const after = new Map<string, Stored>()
      for (const [name, value] of Object.entries(values)) {
        const [former, stored] = [before.get(name), store(value)]
        after.set(name, former !== undefined && isSame(former, stored) ? former : stored)
      }
      tenants.set(tenantId, after)
      return [...before].some(([name, former]) => after.get(name) !== former)
    },
  }
}
