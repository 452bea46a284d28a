import { type CorsGrant, grantOf, type Tenant, type TenantRegistry } from '../../tenant.ts'

/** A tenant as it is configured. */
export interface TenantSettings {
  readonly id: string
  readonly origins?: readonly string[]
  readonly cookieSessions?: boolean
  readonly hosts?: readonly string[]
}

/** Tenants in memory, replaced wholly. */
export interface MemoryTenants extends TenantRegistry {
  /**
   * @throws Error where an origin is not one, an id or a host repeats; then nothing has changed.
   */
  replace(tenants: readonly TenantSettings[]): void
}

interface Index {
  readonly byId: ReadonlyMap<string, Tenant>
  readonly byHost: ReadonlyMap<string, Tenant>
  /** Origins that any tenant lists, and whether one of those uses cookie sessions. */
  readonly origins: ReadonlyMap<string, CorsGrant>
}

/** Creates the registry of tenants. */
export function createMemoryTenants(tenants: readonly TenantSettings[]): MemoryTenants {
  let index = indexOf(tenants)

  function atHost(host: string | undefined): Tenant | undefined {
    if (host === undefined || index.byHost.size === 0) return undefined
    const { name, port } = splitHost(host)
    return index.byHost.get(`${name}:${port}`) ?? index.byHost.get(name)
  }

  return {
    get: (id) => index.byId.get(id),
    atHost,
    grantAt(host, origin) {
      const tenant = atHost(host)
      return tenant === undefined ? index.origins.get(origin) : grantOf(tenant, origin)
    },
    replace(next) {
      index = indexOf(next)
    },
  }
}

/** A Host field, its name without the dot that only marks it as absolute. */
function splitHost(host: string): { readonly name: string; readonly port: string } {
  const [, name = '', port = ''] = /^(.*?)\.?(?::(\d*))?$/.exec(host.toLowerCase()) ?? []
  return { name, port }
}

function indexOf(settings: readonly TenantSettings[]): Index {
  const byId = new Map<string, Tenant>()
  const byHost = new Map<string, Tenant>()
  const origins = new Map<string, CorsGrant>()
  for (const { id, origins: listed = [], cookieSessions = false, hosts = [] } of settings) {
    const tenant: Tenant = { id, origins: new Set(listed.map(checkedOrigin)), cookieSessions, hosts }
    if (id === '' || byId.has(id))
      throw new Error(`The tenant id ${JSON.stringify(id)} is empty or not unique`)
    byId.set(id, tenant)
    for (const host of hosts) {
      const name = host.toLowerCase().replace(/\.(?=:|$)/, '')
      if (byHost.has(name)) throw new Error(`The host ${JSON.stringify(host)} belongs to two tenants`)
      byHost.set(name, tenant)
    }
    for (const origin of tenant.origins) {
      const credentials = cookieSessions || origins.get(origin)?.credentials === true
      origins.set(origin, { origin, credentials })
    }
  }
  return { byId, byHost, origins }
}

/** An origin exactly as browsers serialise it. `null` and `*` are no origins and never match. */
function checkedOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || url.origin !== text || !/^https?:$/.test(url.protocol)) {
    throw new Error(`${JSON.stringify(text)} is not an origin like https://app.example.com`)
  }
  return text
}
