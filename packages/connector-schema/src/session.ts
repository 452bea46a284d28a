/** The verified user behind a call; every value comes from the session token, never from the call. */
export interface SessionUser {
  readonly id: string
  readonly email?: string
  readonly first_name?: string
  readonly last_name?: string
  readonly username?: string
  readonly roles: readonly string[]
  /** Values by the platform's numeric field id. */
  readonly profile_fields: Readonly<Record<string, unknown>>
}

/** The verified identity behind a call. An anonymous session has a tenant and no user. */
export interface Session {
  readonly tenant_id: string
  /** Who issued the session; part of the cache's user partition. */
  readonly issuer?: string
  readonly user?: SessionUser
}
