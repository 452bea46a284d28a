/** One customer of the platform, as far as admitting its calls goes. */
export interface Tenant {
  readonly id: string
  /** Origins whose pages may call, serialised as browsers send them (`https://app.example.com`). */
  readonly origins: ReadonlySet<string>
  /** Whether sessions may come in the session cookie. */
  readonly cookieSessions: boolean
  /** Hosts (`connect.example.com`, with a port where it is not the default one) that are this tenant's alone. */
  readonly hosts: readonly string[]
}

/** What CORS grants to an origin. */
export interface CorsGrant {
  readonly origin: string
  /** Whether the browser may send cookies: only where the tenant uses cookie sessions. */
  readonly credentials: boolean
}

/** The tenants that this process serves. */
export interface TenantRegistry {
  get(id: string): Tenant | undefined
  /** The tenant that has registered this Host. */
  atHost(host: string | undefined): Tenant | undefined
  /**
   * What CORS grants before the call's own tenant is known: a registered Host stands for its tenant, any other
   * for every tenant.
   */
  grantAt(host: string | undefined, origin: string): CorsGrant | undefined
}

/** What CORS grants to an origin that calls this tenant; nothing where the tenant does not list it. */
export function grantOf(tenant: Tenant, origin: string): CorsGrant | undefined {
  return tenant.origins.has(origin) ? { origin, credentials: tenant.cookieSessions } : undefined
}
