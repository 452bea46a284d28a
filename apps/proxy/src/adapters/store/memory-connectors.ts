import type { CompiledConnector } from '@sluice/pipeline'

/** Compiled connectors by tenant and permalink. */
export interface ConnectorStore {
  get(tenantId: string, permalink: string): CompiledConnector | undefined
  list(tenantId: string): readonly CompiledConnector[]
  /** Whether connectors have been loaded at all: the proxy is not ready before. */
  isLoaded(): boolean
}

/** A store in memory. */
export interface MemoryConnectors extends ConnectorStore {
  /**
   * Replaces all connectors of a tenant at once. Calls in flight keep the revision that they began with.
   *
   * @throws Error where a connector is another tenant's or a permalink repeats; then nothing has changed.
   */
  replace(tenantId: string, connectors: readonly CompiledConnector[]): void
}

/** Told which connectors of a tenant have another revision than before, or are gone. */
type OnChange = (tenantId: string, permalinks: readonly string[]) => void

/** Creates an empty store. */
export function createMemoryConnectors(onChange: OnChange = () => undefined): MemoryConnectors {
  const tenants = new Map<string, ReadonlyMap<string, CompiledConnector>>()
  return {
    get: (tenantId, permalink) => tenants.get(tenantId)?.get(permalink),
    list: (tenantId) => [...(tenants.get(tenantId)?.values() ?? [])],
    isLoaded: () => tenants.size > 0,
    replace(tenantId, connectors) {
      const byPermalink = new Map<string, CompiledConnector>()
      for (const connector of connectors) {
        if (connector.tenantId !== tenantId)
          throw new Error(`${connector.permalink} was compiled for another tenant`)
        if (byPermalink.has(connector.permalink)) throw new Error(`${connector.permalink} is there twice`)
        byPermalink.set(connector.permalink, connector)
      }
      const before = tenants.get(tenantId)
      tenants.set(tenantId, byPermalink)
      const changed = [...(before?.values() ?? [])].filter(
        ({ permalink, revision }) => byPermalink.get(permalink)?.revision !== revision,
      )
      if (changed.length > 0) {
        onChange(
          tenantId,
          changed.map(({ permalink }) => permalink),
        )
      }
    },
  }
}
