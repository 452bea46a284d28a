/** One pool of connections a tenant, for a bounded number of tenants. */
import { LRUCache } from 'lru-cache'
import { Agent, type buildConnector } from 'undici'
import type { EgressLimits } from './limits.ts'

interface TenantAgents {
  /** The tenant's agent. That of whoever has not called for longest gives way: it finishes what it has begun. */
  of(tenantId: string): Agent
  /** Resolves when every connection is gone. Whatever runs must have been ended before. */
  close(): Promise<void>
}

/** Creates the pools; a connection is never shared, so that none made by one tenant's right serves another. */
export function createTenantAgents(
  limits: EgressLimits,
  connectorFor: (tenantId: string) => buildConnector.connector,
): TenantAgents {
  const retiring = new Set<Promise<void>>()
  const agents = new LRUCache<string, Agent>({
    max: limits.maxPooledTenants,
    dispose: (agent) => {
      const done = agent.close().finally(() => retiring.delete(done))
      retiring.add(done)
    },
  })

  return {
    of(tenantId) {
      let agent = agents.get(tenantId)
      if (agent === undefined) {
        const connect = connectorFor(tenantId)
        agent = new Agent({ connect, allowH2: false, maxHeaderSize: limits.maxHeaderBytes })
        agents.set(tenantId, agent)
      }
      return agent
    },
    async close() {
      await Promise.all([...retiring, ...[...agents.values()].map((agent) => agent.destroy())])
    },
  }
}
