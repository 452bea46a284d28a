import { tenantOf, wholeTenant } from './marks.ts'

/** Invalidations that Redis does not know yet. */
export interface Untold {
  add(names: readonly string[]): void
  has(name: string): boolean
  /** All of them. */
  names(): readonly string[]
  /** Redis knows these now. */
  told(names: readonly string[]): void
}

/** More of a tenant, and the whole tenant is invalidated instead: what waits for Redis is bounded for each apart. */
const maxNames = 1000

/** Creates an empty list. */
export function createUntold(): Untold {
  const tenants = new Map<string, Set<string>>()

  function add(name: string): void {
    const tenant = tenantOf(name)
    const names = (tenants.get(tenant) ?? new Set()).add(name)
    tenants.set(tenant, names.size > maxNames ? new Set([wholeTenant(tenant)]) : names)
  }

  return {
    add: (names) => names.forEach(add),
    has: (name) => tenants.get(tenantOf(name))?.has(name) === true,
    names: () => [...tenants.values()].flatMap((names) => [...names]),
    told(names) {
      for (const name of names) {
        const left = tenants.get(tenantOf(name))
        left?.delete(name)
        if (left?.size === 0) tenants.delete(tenantOf(name))
      }
    },
  }
}
