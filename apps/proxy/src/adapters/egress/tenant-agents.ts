/** One pool of connections a tenant, for a bounded number of tenants. */
import { LRUCache } from 'lru-cache'
import { Agent, type buildConnector, Client, type Dispatcher } from 'undici'
import type { EgressLimits } from './limits.ts'

/** What a tenant's requests leave through. */
export interface TenantConnections {
  /** Connections that serve one request after the other. */
  readonly pool: Agent
  /** Sends one request on a connection that nothing was sent on before. */
  dispatchFresh(
    options: Dispatcher.DispatchOptions & { readonly origin: string },
    handler: Dispatcher.DispatchHandler,
  ): void
}

interface TenantAgents {
  /** The tenant's connections. Those of the tenant that has not called for longest give way: they finish what they have begun. */
  of(tenantId: string): TenantConnections
  /** Resolves when every connection is gone. Whatever runs must have been ended before. */
  close(): Promise<void>
}

/** Creates the pools; a connection is never shared, so that none made by one tenant's right serves another. */
export function createTenantAgents(
  limits: EgressLimits,
  connectorFor: (tenantId: string) => buildConnector.connector,
): TenantAgents {
  const retiring = new Set<Promise<void>>()
  const retire = (dispatcher: Dispatcher) => {
    const done = dispatcher.close().finally(() => retiring.delete(done))
    retiring.add(done)
  }
  const tenants = new LRUCache<string, TenantConnections>({
    max: limits.maxPooledTenants,
    dispose: ({ pool }) => retire(pool),
  })

  function connectionsFor(tenantId: string): TenantConnections {
    const connect = connectorFor(tenantId)
    const options = { connect, allowH2: false, maxHeaderSize: limits.maxHeaderBytes }
    return {
      // An API's `Keep-Alive: timeout=` counts instead where it says more or less; undici stays two seconds below it.
      pool: new Agent({ ...options, keepAliveTimeout: limits.keepAliveTimeoutMs }),
      dispatchFresh(request, handler) {
        const client = new Client(request.origin, { ...options, pipelining: 0 })
        client.dispatch(request, handler)
        retire(client)
      },
    }
  }

  return {
    of(tenantId) {
      let connections = tenants.get(tenantId)
      if (connections === undefined) {
        connections = connectionsFor(tenantId)
        tenants.set(tenantId, connections)
      }
      return connections
    },
    async close() {
      await Promise.all([...retiring, ...[...tenants.values()].map(({ pool }) => pool.destroy())])
    },
  }
}
